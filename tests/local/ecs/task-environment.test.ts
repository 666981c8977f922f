import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { t, test } from "tap";
import { authoritiesFile } from "../../../image/authorities.ts";
import { addedVariables, imageVariables } from "../../../local/ecs/task-environment.ts";
import type { Region } from "../../../local/region.ts";
import { reserveNetwork } from "../../loopback.ts";
import { root, temporaryDirectory } from "../daemon/started-region.ts";
import { startRegion } from "../started-region.ts";

const started = await startRegion(await reserveNetwork());
t.teardown(() => started[Symbol.asyncDispose]());
const { region } = started;

const declaration = {
  environment: { NODE_EXTRA_CA_CERTS: "/app/certificates/rds.pem" },
  workingDirectory: "/app",
};

interface Trust {
  readonly title: string;
  /** Writes what the image has at the path that it declares. */
  readonly write?: (file: string) => void;
  readonly region?: Region;
}

function trusted({ write, region: asked = region }: Trust): { readonly path?: string; readonly own: string } {
  const { path: folder } = temporary();
  mkdirSync(join(folder, "certificates"));
  const own = join(folder, "certificates", "rds.pem");
  write?.(own);
  const { NODE_EXTRA_CA_CERTS: path } = imageVariables(asked, { folder, declaration });
  return { own, ...(path !== undefined && { path }) };
}

function temporary() {
  const folder = temporaryDirectory();
  t.teardown(() => folder[Symbol.dispose]());
  return folder;
}

const copyAmazons = (file: string) => cpSync(join(root, authoritiesFile), file);

test("the region's authority is mounted where the image has Amazon's authority for this Region", async () => {
  const { path } = trusted({ title: "", write: copyAmazons });
  assert.equal(path, region.authorityFile);
});

const untrusted: readonly Trust[] = [
  { title: "that has nothing at its path" },
  { title: "that has an authority of its own there", write: (file) => cpSync(region.authorityFile, file) },
  { title: "that has no certificate there", write: (file) => writeFileSync(file, "none") },
  {
    title: "that lacks the authority of its Region",
    write: copyAmazons,
    region: { ...region, name: "xx-north-9", authorityFile: region.authorityFile },
  },
];

for (const trust of untrusted)
  test(`an image ${trust.title} does not get the region's authority`, async () => {
    const { path, own } = trusted(trust);
    assert.equal(path, own);
  });

test("an image that declares no authorities gets none", async () => {
  const silent = { environment: { NODE_ENV: "production" }, workingDirectory: "/app" };
  assert.deepEqual(imageVariables(region, { folder: root, declaration: silent }), { NODE_ENV: "production" });
});

test("the documentation lists every variable that a task has beside its image and its definition", async () => {
  const text = readFileSync(join(root, "docs", "local-region.md"), "utf8");
  const section = text.split("## What a task gets")[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  const documented = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)]);
  assert.deepEqual(documented.map(([, name]) => name).sort(), Object.keys(addedVariables).sort());
});
