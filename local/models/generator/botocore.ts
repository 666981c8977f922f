import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { folders, type ModeledService, modelFile } from "../model.ts";
import { cutModel, renderModel } from "./convert.ts";
import { selectOperations } from "./selection.ts";

/** The release that the models are derived from: the one in the toolchain's moto. */
export const botocoreVersion = "1.44.8";

/** Notices that the licence (Apache-2.0) requires beside derived files. */
export const notices = ["LICENSE.txt", "NOTICE"] as const;

/**
 * Every generated file of `local/models/data/`, by path, from a Python environment's `site-packages`.
 *
 * @throws Error if the environment has another release of botocore
 */
export async function renderModels(sitePackages: string): Promise<ReadonlyMap<string, string>> {
  const metadata = join(sitePackages, `botocore-${botocoreVersion}.dist-info`);
  const found = globSync("botocore-*.dist-info", { cwd: sitePackages });
  if (!found.includes(`botocore-${botocoreVersion}.dist-info`))
    throw new Error(
      `botocore ${botocoreVersion} is not in ${sitePackages}; found: ${found.join(", ") || "none"}`,
    );
  const files = new Map<string, string>();
  for (const [service, operations] of await selectOperations()) {
    const file = join("data", folders[service], "service-2.json.gz");
    const compressed = readFileSync(join(sitePackages, "botocore", file));
    files.set(modelFile(service), renderModel(cutModel({ file, compressed, operations })));
  }
  const folder = dirname(modelFile(Object.keys(folders)[0] as ModeledService));
  for (const notice of notices)
    files.set(join(folder, `botocore-${notice}`), readFileSync(join(metadata, notice), "utf8"));
  return files;
}

/** `site-packages` of a Python environment with the pinned release; undefined if there is none. */
export function findSitePackages(environment: string): string | undefined {
  const [found] = globSync(`lib/python3*/site-packages/botocore-${botocoreVersion}.dist-info`, {
    cwd: environment,
  });
  return found === undefined ? undefined : join(environment, dirname(found));
}
