import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { botocoreVersion, findSitePackages, renderModels } from "../../../local/models/generator/botocore.ts";
import { isModeled, modelFile, readModel } from "../../../local/models/model.ts";
import { compilePattern } from "../../../local/models/pattern.ts";
import { loadOperations } from "../../../local/operations.ts";
import { s3OperationNames } from "../../../local/s3/api.ts";
import { findToolchain } from "../../../tools/toolchain.ts";
import { installedTool } from "../../installed-tools.ts";
import { root } from "../../repository/source-files.ts";

const folder = dirname(modelFile("sts"));

/** The pinned release: in the toolchain's moto, or, with another moto on PATH, downloaded for this test. */
async function findBotocore(folder: string): Promise<string> {
  const script = realpathSync(installedTool("moto").command);
  const environments = [dirname(dirname(script)), join(findToolchain().directory, "moto")];
  const found = environments.map(findSitePackages).find((sitePackages) => sitePackages !== undefined);
  if (found !== undefined) return found;
  const wanted = `botocore==${botocoreVersion}`;
  await execa("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, wanted]);
  return folder;
}

test("the models match the pinned botocore", { timeout: 120_000 }, async (t) => {
  const fetched = mkdtempSync(join(tmpdir(), "dmm-botocore-"));
  t.teardown(() => rmSync(fetched, { recursive: true, force: true }));
  const rendered = await renderModels(await findBotocore(fetched));
  const stored = readdirSync(folder).sort();
  assert.deepEqual(stored, [...rendered.keys()].map((path) => basename(path)).sort());
  for (const [path, text] of rendered)
    assert.equal(
      readFileSync(path, "utf8"),
      text,
      `${basename(path)} is out of date: run local/models/generator/generate.ts`,
    );
});

test("the models come from the release that the toolchain installs", async () => {
  const requirements = readFileSync(`${root}/tools/moto/requirements.txt`, "utf8");
  assert.ok(requirements.includes(`\nbotocore==${botocoreVersion}\n`));
});

test("every operation of the endpoint has a model", async () => {
  const served = [...(await loadOperations())].map(
    ([service, table]) => [service, Object.keys(table)] as const,
  );
  const without = [...served, ["s3", s3OperationNames] as const].flatMap(([service, names]) =>
    names.filter((name) => !isModeled(service) || readModel(service).operations[name] === undefined),
  );
  assert.deepEqual(without, []);
});

test("every pattern of the models can be matched", async () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const service = basename(file, ".json");
    assert.ok(isModeled(service), file);
    for (const [name, { pattern }] of Object.entries(readModel(service).shapes))
      if (pattern !== undefined) assert.doesNotThrow(() => compilePattern(pattern), `${service} ${name}`);
  }
});
