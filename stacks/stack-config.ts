import * as pulumi from "@pulumi/pulumi";
import { namespace, type PlatformConfig, parseConfig } from "./config/config.ts";

/**
 * The configuration of the stack that is being deployed.
 *
 * @throws {ConfigError} when any of it is invalid.
 */
export function readStackConfig(): PlatformConfig {
  const all = Object.entries(pulumi.runtime.allConfig());
  return parseConfig(Object.fromEntries(all.filter(([key]) => key.startsWith(`${namespace}:`))));
}
