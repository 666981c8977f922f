import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Test, test } from "tap";
import { reserveNetwork } from "../loopback.ts";
import { linkSystemPrograms, runToEnd, temporaryFolder } from "./program-folder.ts";

const network = await reserveNetwork();

const main = resolve(import.meta.dirname, "..", "..", "cli", "main.ts");
/** Nothing listens there: refused immediately. */
const nowhere = `http://${network}.9.9:65000`;
const allTools = ["pulumi", "redis-server", "mariadbd", "mariadb-install-db", "haproxy", "moto"];

/** An environment without installed tools and reachable sources. */
async function offline(t: Test): Promise<Readonly<Record<string, string>>> {
  const folder = await temporaryFolder(t);
  const bin = await linkSystemPrograms(join(folder, "bin"), [
    "apt-cache",
    "apt-get",
    "dpkg",
    "dpkg-deb",
    "go",
    "ldd",
    "python3",
    "sh",
    "tar",
  ]);
  const apt = join(folder, "apt.conf");
  await mkdir(join(folder, "apt", "lists", "partial"), { recursive: true });
  await writeFile(
    apt,
    `Dir::State "${folder}/apt";\nAcquire::http::Proxy "${nowhere}";\nAcquire::https::Proxy "${nowhere}";\n`,
  );
  return {
    PATH: bin,
    HOME: folder,
    APT_CONFIG: apt,
    GOPROXY: nowhere,
    GOTOOLCHAIN: "local",
    GOMODCACHE: join(folder, "modules"),
    GOFLAGS: "-modcacherw",
    PIP_INDEX_URL: `${nowhere}/simple`,
    PIP_RETRIES: "0",
    PIP_NO_CACHE_DIR: "1",
    DMM_ENV_HOME: join(folder, "home"),
    DMM_ENV_PULUMI_RELEASES: nowhere,
  };
}

const run = (words: readonly string[], env: Readonly<Record<string, string>>) =>
  runToEnd(process.execPath, [main, ...words], { env });

test("doctor prints tool, required and found version, location and fix, and exits with 3 when something is missing", async (t) => {
  const { code, stdout, stderr } = await run(["doctor"], await offline(t));
  assert.equal(code, 3);
  const lines = stdout.split("\n");
  assert.match(lines[0] ?? "", /^tool +required +found +path +fix$/);
  assert.ok(
    lines.some((line) => /^redis-server +7\.0 or newer, below 8 +missing +- +dmm-env setup$/.test(line)),
    stdout,
  );
  assert.match(stderr, /DMM_TOOLS_MISSING/);
});

test("doctor --json prints one object that lists what is missing", async (t) => {
  const { code, stdout } = await run(["doctor", "--json"], await offline(t));
  assert.equal(code, 3);
  const { error, tools } = JSON.parse(stdout) as {
    error: { code: string };
    tools: { tool: string; found: string | null; hint: string }[];
  };
  assert.equal(error.code, "DMM_TOOLS_MISSING");
  const missing = tools.filter(({ found }) => found === null);
  assert.deepEqual(
    missing.map(({ tool }) => tool),
    allTools,
  );
  assert.ok(missing.every(({ hint }) => hint === "dmm-env setup"));
  assert.equal(tools.find(({ tool }) => tool === "node")?.found, process.versions.node);
});

test("without a network the error names each missing tool and every way to get it", async (t) => {
  const { code, stdout, stderr } = await run(["setup", "--json"], await offline(t));
  assert.equal(code, 3);
  const { error } = JSON.parse(stdout) as { error: { code: string; message: string; hint: string } };
  assert.equal(error.code, "DMM_TOOLS_UNOBTAINABLE");
  for (const tool of allTools)
    assert.ok(error.message.includes(`${tool} (`), `names ${tool}:\n${error.message}`);
  for (const way of [
    "official download",
    "compiled from Go modules",
    "packages of this Debian",
    "PyPI",
    "by hand",
  ]) {
    assert.ok(error.message.includes(way), `names ${way}:\n${error.message}`);
  }
  assert.match(error.hint, /dmm-env setup again/);
  assert.match(stderr, /Pulumi CLI: failed after/);
  assert.ok(!/\n {4}at /.test(stderr), "no stack trace");
});

test("a read-only toolchain folder is reported", async (t) => {
  const env = await offline(t);
  const file = join(await temporaryFolder(t), "file");
  await writeFile(file, "");
  const { code, stderr } = await run(["setup"], { ...env, DMM_ENV_TOOLCHAIN: join(file, "toolchain") });
  assert.equal(code, 3);
  assert.match(stderr, /DMM_TOOLS_READONLY.*file\/toolchain/);
});
