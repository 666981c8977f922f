import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";

const life = join(import.meta.dirname, "full-disk.ts");

/**
 * Runs an environment's life cycle with its home on a separate file system, which this process does not see. Only
 * root may mount; other users become root in a new user namespace.
 */
async function liveOnSmallDisk(home: string) {
  const namespaces = ["--mount", ...(process.getuid?.() === 0 ? [] : ["--map-root-user"])];
  const script = 'mount -t tmpfs -o size=1500m none "$1" && exec "$2" "$3" "$1" feature-x';
  const { stdout } = await execa("unshare", [
    ...namespaces,
    "sh",
    "-c",
    script,
    "sh",
    home,
    process.execPath,
    life,
  ]);
  return JSON.parse(stdout);
}

test("down frees a completely full disk, also after a down that was killed there", {
  timeout: 240_000,
}, async (t) => {
  const home = mkdtempSync(join(tmpdir(), "dmm-env-full-"));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  const { up, full, refused, down, left } = await liveOnSmallDisk(home);
  assert.equal(up.code, 0, up.stderr);
  assert.equal(full, true);
  assert.equal(refused.error?.code, "DMM_MACHINE_DISK_FULL", refused.stderr);
  assert.equal(refused.code, 3);
  assert.equal(down.code, 0, down.stderr);
  assert.equal(down.verdict, "nothing is left");
  assert.equal(down.access.closed, true);
  assert.match(down.workarounds.join(" "), /could not be revoked: .* the disk is full/);
  assert.deepEqual(left, []);
  assert.equal(existsSync(down.proof), false, "the disk was one of its own");
});
