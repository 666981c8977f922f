import assert from "node:assert/strict";
import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Test, test } from "tap";
import { reserveNetwork } from "../loopback.ts";
import { linkSystemPrograms, runToEnd, temporaryFolder, writePrograms } from "./program-folder.ts";

const network = await reserveNetwork();

const script = join(import.meta.dirname, "obtaining.ts");
const system = "cat chmod dirname mkdir rm sh sed".split(" ");

/** Stands in for Python with venv: `pip` determines what pip installs. */
const python = (pip: string) => `
case "$*" in
*importlib.metadata*) echo 5.2.5 ;;
-c*) echo "3.12 True True True $0" ;;
"-m venv "*) mkdir -p "$3/bin"; cat "$0" > "$3/bin/python"; chmod +x "$3/bin/python" ;;
"-m moto.server "*) echo "$*" ;;
*install*) ${pip} ;;
esac`;

const installs = `bin=$(dirname "$0"); echo "$bin" > "$bin/built-at"; echo "#!$bin/python" > "$bin/moto_server"`;

/** An outdated version in use: as an earlier version of dmm-env put it there, or behind a link. */
async function putOldBundle(toolchain: string, bundle: string, linked: boolean): Promise<string> {
  const place = join(toolchain, bundle);
  const folder = linked ? join(toolchain, ".versions", bundle, "old") : place;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, ".complete.json"), JSON.stringify({ version: "old", way: "test" }));
  await writeFile(join(folder, "in-use"), bundle);
  if (linked) {
    await symlink(join(".versions", bundle, "old"), place);
  }
  return place;
}

async function machine(t: Test, pip: string) {
  // The characters that break shells, lists and shebang lines.
  const folder = join(await temporaryFolder(t), 'it\'s 100% #1 "quoted" \u00e9');
  const bin = await linkSystemPrograms(join(folder, "bin"), system);
  await writePrograms(bin, {
    python3: python(pip),
    "apt-cache": "exit 1",
    "apt-get": "exit 1",
    go: "exit 1",
  });
  const toolchain = join(folder, "tool chain");
  const env = {
    PATH: bin,
    HOME: folder,
    DMM_ENV_HOME: join(folder, "home"),
    DMM_ENV_TOOLCHAIN: toolchain,
    DMM_ENV_PULUMI_RELEASES: `http://${network}.9.9:65000`,
  };
  const obtain = async (tool: string) => {
    const { code, stdout } = await runToEnd(process.execPath, [script, tool], { env });
    return { code, ...JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "{}") };
  };
  return { toolchain, obtain };
}

for (const linked of [false, true]) {
  test(`a set-up that fails leaves every bundle in use as it was, ${linked ? "a link" : "a folder"}`, async (t) => {
    const { toolchain, obtain } = await machine(t, "echo no index >&2; exit 1");
    for (const [bundle, tool] of [
      ["moto", "moto"],
      ["debian", "haproxy"],
      ["pulumi", "pulumi"],
    ] as const) {
      const place = await putOldBundle(toolchain, bundle, linked);
      const before = await lstat(place);
      assert.equal((await obtain(tool)).code, "DMM_TOOLS_UNOBTAINABLE", tool);
      assert.equal(await readFile(join(place, "in-use"), "utf8"), bundle);
      assert.equal((await lstat(place)).ino, before.ino);
      assert.deepEqual(await readdir(join(toolchain, ".versions", bundle)), linked ? ["old"] : []);
    }
  });

  test(`a set-up that succeeds replaces the bundle in use and removes it, ${linked ? "a link" : "a folder"}`, async (t) => {
    const { toolchain, obtain } = await machine(t, installs);
    const place = await putOldBundle(toolchain, "moto", linked);
    const { code, found, message } = await obtain("moto");
    assert.equal(code, 0, message);
    assert.equal(found.moto.command, join(place, "bin", "moto_server"));
    const target = await readlink(place);
    const [version, ...others] = await readdir(join(toolchain, ".versions", "moto"));
    assert.deepEqual([target, others], [join(".versions", "moto", version!), []]);
    // A virtual environment contains its own path, so it must still be where it was built.
    const python = await readFile(join(place, "bin", "built-at"), "utf8");
    assert.equal(python.trim(), join(toolchain, ".versions", "moto", version!, "bin"));
    const { stdout } = await runToEnd(found.moto.command, ["--version"], { env: {} });
    assert.match(stdout, /^-m moto\.server --version/);
  });
}
