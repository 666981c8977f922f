import * as pulumi from "@pulumi/pulumi";
import { namespace, type PlatformConfig, parseConfig } from "./config.ts";

/**
 * The configuration of the stack that is being deployed.
 *
 * @throws {ConfigError} when anything in it is wrong.
 */
export function readStackConfig(): PlatformConfig {
  const all = Object.entries(pulumi.runtime.allConfig());
  return parseConfig(Object.fromEntries(all.filter(([key]) => key.startsWith(`${namespace}:`))));
}
