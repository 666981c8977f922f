import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineSetting } from "../../cli/engine/pulumi.ts";
import { environmentFolder, type Home } from "../../cli/home.ts";
import { installedTool } from "../installed-tools.ts";

/** A project without cloud resources: sufficient for the engine to create, lock, damage and destroy a stack. */
export async function makeSetting(home: Home, name = "trial"): Promise<EngineSetting> {
  const folder = environmentFolder(home, name);
  mkdirSync(folder.engine, { recursive: true });
  writeFileSync(join(folder.engine, "Pulumi.yaml"), "name: dmm-env\nruntime: nodejs\n");
  return { home, folder, name, command: installedTool("pulumi").command };
}
