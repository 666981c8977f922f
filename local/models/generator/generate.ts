import { writeFileSync } from "node:fs";
import { findSitePackages, renderModels } from "./botocore.ts";

/** Writes `local/models/data/`. Usage: `DMM_ENV_PROGRAM=local/models/generator/generate.ts ./dmm-env PATH/bin/moto_server`. */
const [script] = process.argv.slice(2);
if (script === undefined) {
  process.stderr.write("Usage: generate.ts PATH/bin/moto_server\n");
  process.exit(2);
}
for (const [path, text] of await renderModels(findSitePackages(script))) writeFileSync(path, text);
