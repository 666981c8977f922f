import assert from "node:assert/strict";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { writeConfiguration } from "../../cli/engine/configuration.ts";
import { ensureStack } from "../../cli/engine/stack.ts";
import { environmentFolder } from "../../cli/home.ts";
import { installedTool } from "../installed-tools.ts";
import { TemporaryHome } from "./temporary-home.ts";

test("the engine keeps no logs, and those of earlier versions are removed", async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const logs = join(home.pulumiHome, "logs");
  mkdirSync(logs, { recursive: true });
  writeFileSync(join(logs, "organization+dmm-env+feature-x-20260101T000000.log"), "left");
  const environment = environmentFolder(home, "feature-x");
  writeConfiguration(environment.engine, "feature-x", {});
  const command = installedTool("pulumi").command;
  await ensureStack({ home, folder: environment, name: "feature-x", command });
  assert.ok(statSync(logs).isFile());
  assert.deepEqual(readdirSync(home.pulumiHome), ["logs"]);
});
