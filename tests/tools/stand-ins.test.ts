import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Test, test } from "tap";
import { resolveTools } from "../../tools/resolve-tools.ts";
import { findToolchain } from "../../tools/toolchain.ts";
import { installedTool } from "../installed-tools.ts";
import { createStandIns } from "../runner/stand-ins.ts";

/** The tools that the product finds with only the stand-ins on PATH. */
async function resolveBeside(t: Test, kind: "right" | "wrong") {
  const folder = mkdtempSync(join(tmpdir(), "dmm-s-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const bin = await createStandIns(join(folder, "stand-ins"), kind);
  const environment = { PATH: bin, DMM_ENV_HOME: folder, DMM_ENV_TOOLCHAIN: join(folder, "none") };
  return { folder, ...(await resolveTools({ toolchain: findToolchain(environment) })) };
}

const names = ["haproxy", "mariadb-install-db", "mariadbd", "moto", "pulumi", "redis-server"];

test("stand-ins of suitable versions are found installed, each one", async (t) => {
  const { folder, found } = await resolveBeside(t, "right");
  const { node, ...others } = found;
  assert.equal(node?.command, process.execPath);
  assert.deepEqual(Object.keys(others).sort(), names);
  for (const { command, source } of Object.values(others))
    assert.deepEqual([command.startsWith(folder), source], [true, "path"], command);
  const { share } = installedTool("mariadbd");
  assert.equal(found.mariadbd?.share, share && join(folder, "stand-ins", "share", "mysql"));
});

test("stand-ins of unsuitable versions are found and refused, each one", async (t) => {
  const { folder, missing } = await resolveBeside(t, "wrong");
  assert.deepEqual(missing.map(({ name }) => name).sort(), names);
  for (const { name, refused } of missing) assert.ok(refused.join().includes(folder), name);
});
