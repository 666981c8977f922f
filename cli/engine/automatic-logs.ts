import { statSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createFolder } from "../../machine/files.ts";
import type { Home } from "../home.ts";

const note =
  "A file where Pulumi would make the folder of its automatic logs. It has no switch for them, and they would outlive\n" +
  "their environments. What the engine does is in `dmm-env logs NAME engine`.\n";

/**
 * Keeps Pulumi from logging every run into its home, under the environment's name and for longer than it lives.
 * Without a folder for these logs the engine continues without them. Folders from earlier versions are removed.
 */
export async function disableAutomaticLogs(home: Home): Promise<void> {
  const place = join(home.pulumiHome, "logs");
  const found = statSync(place, { throwIfNoEntry: false });
  if (found?.isFile()) return;
  createFolder(home.pulumiHome);
  await rm(place, { recursive: true, force: true });
  writeFileSync(place, note, { mode: 0o600 });
}
