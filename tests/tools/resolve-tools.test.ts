import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Test, test } from "tap";
import { pulumiRoot, regionTools, resolveTools } from "../../tools/resolve-tools.ts";
import type { Toolchain } from "../../tools/toolchain.ts";
import { temporaryFolder, writePrograms } from "./program-folder.ts";

const says = {
  redis: (version: string) => `echo "Redis server v=${version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64"`,
  mariadb: (version: string) =>
    `echo "mariadbd  Ver ${version}-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64"`,
  haproxy: (version: string, options: string) =>
    `echo "HAProxy version ${version}-1 2026/10/17"; echo "  OPTIONS = ${options}"`,
  pulumi: (version: string) => `echo v${version}`,
};

async function machine(t: Test): Promise<{ folder: string; path: string; toolchain: Toolchain }> {
  const folder = await temporaryFolder(t);
  const path = join(folder, "bin");
  const directory = join(folder, "toolchain");
  const toolchain = {
    directory,
    versions: join(directory, ".versions"),
    partial: join(directory, ".partial"),
    lock: join(directory, ".setup.lock"),
    probes: join(folder, "cache", "tools.json"),
    searchFolders: [path],
  };
  return { folder, path, toolchain };
}

test("an installed tool of an acceptable version is preferred over the toolchain's", async (t) => {
  const { path, toolchain } = await machine(t);
  await writePrograms(path, { "redis-server": says.redis("7.2.4") });
  await writePrograms(join(toolchain.directory, "debian"), { "usr/bin/redis-server": says.redis("7.0.15") });
  await writeFile(join(toolchain.directory, "debian", ".complete.json"), '{"version":"1","way":"test"}');
  const { found } = await resolveTools({ toolchain });
  assert.equal(found["redis-server"]?.command, join(path, "redis-server"));
  assert.equal(found["redis-server"]?.version, "7.2.4");
  assert.equal(found["redis-server"]?.source, "path");
});

test("an installed tool that is too old or too new is refused with its version, and the toolchain's is used", async (t) => {
  const { path, toolchain } = await machine(t);
  await writePrograms(path, { "redis-server": says.redis("6.0.16"), pulumi: says.pulumi("4.0.0") });
  await writePrograms(join(toolchain.directory, "debian"), { "usr/bin/redis-server": says.redis("7.0.15") });
  await writeFile(join(toolchain.directory, "debian", ".complete.json"), '{"version":"1","way":"test"}');
  const { found, missing } = await resolveTools({ toolchain });
  assert.equal(found["redis-server"]?.source, "toolchain");
  assert.match(found["redis-server"]?.environment.LD_LIBRARY_PATH ?? "", /debian\/usr\/lib\//);
  const pulumi = missing.find(({ name }) => name === "pulumi");
  assert.deepEqual(pulumi, {
    name: "pulumi",
    wanted: "3.220 or newer, below 4",
    refused: [`${join(path, "pulumi")} is 4.0.0`],
  });
});

test("a folder of the toolchain without its stamp was interrupted and does not count", async (t) => {
  const { toolchain } = await machine(t);
  await writePrograms(join(toolchain.directory, "pulumi"), { "bin/pulumi": says.pulumi("3.259.0") });
  assert.equal((await resolveTools({ toolchain })).found.pulumi, undefined);
  await writeFile(
    join(toolchain.directory, "pulumi", ".complete.json"),
    '{"version":"3.259.0","way":"test"}',
  );
  const resolved = await resolveTools({ toolchain });
  assert.equal(pulumiRoot(resolved), join(toolchain.directory, "pulumi"));
});

test("a stamped folder whose program does not start does not count either", async (t) => {
  const { toolchain } = await machine(t);
  await writePrograms(join(toolchain.directory, "pulumi"), { "bin/pulumi": "exit 127" });
  await writeFile(
    join(toolchain.directory, "pulumi", ".complete.json"),
    '{"version":"3.259.0","way":"test"}',
  );
  const { missing } = await resolveTools({ toolchain });
  const refused = missing.find(({ name }) => name === "pulumi")?.refused;
  assert.deepEqual(refused, [
    `${join(toolchain.directory, "pulumi", "bin", "pulumi")} does not run or prints no version`,
  ]);
});

test("the database server and its installer come from one installation", async (t) => {
  const { path, toolchain } = await machine(t);
  await writePrograms(path, { mariadbd: says.mariadb("11.4.2") });
  const debian = join(toolchain.directory, "debian");
  await writePrograms(debian, {
    "usr/sbin/mariadbd": says.mariadb("10.11.19"),
    "usr/bin/mariadb-install-db": "exit 0",
  });
  await writePrograms(debian, { "usr/share/mysql/english/errmsg.sys": "" });
  await writeFile(join(debian, ".complete.json"), '{"version":"1","way":"test"}');
  const { found } = await resolveTools({ toolchain });
  assert.equal(found.mariadbd?.command, join(debian, "usr/sbin/mariadbd"));
  assert.equal(found.mariadbd?.share, join(debian, "usr/share/mysql"));
  assert.equal(found["mariadb-install-db"]?.command, join(debian, "usr/bin/mariadb-install-db"));
  assert.equal(found["mariadb-install-db"]?.version, "10.11.19");
});

test("a load balancer without TLS is unsuitable", async (t) => {
  const { path, toolchain } = await machine(t);
  await writePrograms(path, { haproxy: says.haproxy("2.8.5", "USE_PCRE2=1") });
  assert.equal((await resolveTools({ toolchain })).found.haproxy, undefined);
  await writePrograms(path, { haproxy: says.haproxy("2.8.5", "USE_PCRE2=1 USE_OPENSSL=1") });
  assert.equal((await resolveTools({ toolchain })).found.haproxy?.version, "2.8.5");
});

test("a program in a folder of shims does not count", async (t) => {
  const { folder, toolchain } = await machine(t);
  const shims = await writePrograms(join(folder, "shims"), { "redis-server": says.redis("7.2.4") });
  const { found } = await resolveTools({ toolchain: { ...toolchain, searchFolders: [shims] } });
  assert.equal(found["redis-server"], undefined);
});

test("the engine's command line must be in a folder called bin", async (t) => {
  const { folder, toolchain } = await machine(t);
  const odd = await writePrograms(join(folder, "pulumi"), { pulumi: says.pulumi("3.259.0") });
  const { missing } = await resolveTools({ toolchain: { ...toolchain, searchFolders: [odd] } });
  assert.deepEqual(missing.find(({ name }) => name === "pulumi")?.refused, [
    `${join(odd, "pulumi")} is not in a folder called bin`,
  ]);
});

test("a program is probed for its version once, and again after a change or on request", async (t) => {
  const { folder, path, toolchain } = await machine(t);
  const log = join(folder, "asked");
  await writePrograms(path, { "redis-server": `echo asked >> ${log}; ${says.redis("7.0.15")}` });
  const asked = async () => (await readFile(log, "utf8")).split("\n").length - 1;
  await resolveTools({ toolchain });
  await resolveTools({ toolchain });
  assert.equal(await asked(), 1);
  await appendFile(join(path, "redis-server"), "# changed\n");
  await resolveTools({ toolchain });
  assert.equal(await asked(), 2);
  await resolveTools({ toolchain, fresh: true });
  assert.equal(await asked(), 3);
});

test("a truncated version cache is recreated", async (t) => {
  const { path, toolchain } = await machine(t);
  await writePrograms(path, { "redis-server": says.redis("7.0.15") });
  await resolveTools({ toolchain });
  await writeFile(toolchain.probes, (await readFile(toolchain.probes, "utf8")).slice(0, 20));
  assert.equal((await resolveTools({ toolchain })).found["redis-server"]?.version, "7.0.15");
});

test("the region's tools are all but the engine, and the error names what is missing", async (t) => {
  const { toolchain } = await machine(t);
  const resolved = await resolveTools({ toolchain });
  assert.equal(resolved.found.node?.command, process.execPath);
  assert.throws(
    () => regionTools(resolved),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, "DMM_TOOLS_MISSING");
      for (const name of ["redis-server", "mariadbd", "mariadb-install-db", "haproxy", "moto"]) {
        assert.ok(error.message.includes(name), `${error.message} names ${name}`);
      }
      assert.ok(!error.message.includes("pulumi"));
      return true;
    },
  );
});
