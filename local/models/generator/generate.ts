import { writeFileSync } from "node:fs";
import { botocoreVersion, findSitePackages, renderModels } from "./botocore.ts";

/** Writes `local/models/data/`. Usage: `DMM_ENV_PROGRAM=local/models/generator/generate.ts ./dmm-env .dmm-env/toolchain/moto`. */
const [environment] = process.argv.slice(2);
const sitePackages = environment === undefined ? undefined : findSitePackages(environment);
if (sitePackages === undefined) {
  process.stderr.write(`Usage: generate.ts <Python environment with botocore ${botocoreVersion}>\n`);
  process.exit(2);
}
for (const [path, text] of await renderModels(sitePackages)) writeFileSync(path, text);
