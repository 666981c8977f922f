import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { type Test, test } from "tap";
import { waitUntil } from "../wait-until.ts";
import { linkSystemPrograms, runToEnd, temporaryFolder, writePrograms } from "./program-folder.ts";

const launcher = resolve(import.meta.dirname, "..", "..", "dmm-env");
const used = "cat cmp cp dirname env gzip head ls mkdir mv ps readlink rm sh sleep tar tr uname".split(" ");

/** Prints its arguments and environment, so that a test sees what the launcher passed on. */
const program = `console.log(JSON.stringify({ arguments: process.argv.slice(2), cache: process.env.NODE_COMPILE_CACHE, cwd: process.cwd(), node: process.env.STARTED_BY ?? "" }));`;

/** Installs nothing but records that it was called. */
const npmCi = `echo "$*" >> "$NPM_LOG"; mkdir -p node_modules; : > node_modules/.package-lock.json`;

interface Checkout {
  readonly root: string;
  readonly bin: string;
  readonly env: Readonly<Record<string, string>>;
  installations(): Promise<number>;
  /** Arguments of npm, without the constant flags. */
  requests(): Promise<readonly string[]>;
}

async function checkout(
  t: Test,
  programs: Readonly<Record<string, string>>,
  name = "check out",
): Promise<Checkout> {
  const folder = await temporaryFolder(t);
  const root = join(folder, name);
  await mkdir(join(root, "cli"), { recursive: true });
  await copyFile(launcher, join(root, "dmm-env"));
  await writeFile(join(root, "package-lock.json"), '{ "lockfileVersion": 3 }');
  await writeFile(join(root, "package.json"), '{ "type": "module" }');
  await writeFile(join(root, "cli", "main.ts"), program);
  const bin = await linkSystemPrograms(join(folder, "bin"), used);
  await writePrograms(bin, programs);
  await mkdir(join(root, "tests"));
  await writeFile(join(root, "tests", "run.ts"), program);
  const log = join(folder, "npm.log");
  const readLog = async () => (await readFile(log, "utf8").catch(() => "")).split("\n").slice(0, -1);
  return {
    root,
    bin,
    env: { PATH: bin, HOME: folder, NPM_LOG: log },
    installations: async () => (await readLog()).length,
    requests: async () => (await readLog()).map((line) => line.replace(/ --no-audit.*/, "")),
  };
}

const thisNode = { node: `exec "${process.execPath}" "$@"`, npm: npmCi };

test("the launcher is plain POSIX shell", async () => {
  const { code, stderr } = await runToEnd("/bin/sh", ["-n", launcher], { env: {} });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
});

test("it starts the command line from any folder, through a link, with every argument unchanged", async (t) => {
  const { root, bin, env } = await checkout(t, thisNode);
  await symlink(join(root, "dmm-env"), join(bin, "linked"));
  await symlink("linked", join(bin, "dmm"));
  const { code, stdout } = await runToEnd(join(bin, "dmm"), ["up", "feature x", "--json", "*", ""], {
    env,
    cwd: "/",
  });
  assert.equal(code, 0);
  const got = JSON.parse(stdout);
  assert.deepEqual(got.arguments, ["up", "feature x", "--json", "*", ""]);
  assert.equal(got.cwd, "/");
  assert.equal(got.cache, join(root, ".dmm-env", "cache", "node"));
});

test("options in NODE_OPTIONS that our Node does not support do not prevent its start", async (t) => {
  const { root, env, installations } = await checkout(t, thisNode);
  const start = (options: string) =>
    runToEnd(join(root, "dmm-env"), ["list"], { env: { ...env, NODE_OPTIONS: options } });
  await runToEnd(join(root, "dmm-env"), ["list"], { env });
  for (const options of ["--bogus", "--require /does/not/exist", "--experimental-default-type=commonjs"]) {
    const { code, stdout, stderr } = await start(options);
    assert.equal(code, 0, `${options}: ${stderr}`);
    assert.deepEqual(JSON.parse(stdout).arguments, ["list"]);
  }
  assert.equal(await installations(), 1);
});

test("a checkout whose path contains a backslash, from which Node loads nothing, is refused before anything is created", async (t) => {
  const { root, env, installations } = await checkout(t, thisNode, "a\\b");
  const { code, stdout, stderr } = await runToEnd(join(root, "dmm-env"), ["list"], { env });
  assert.deepEqual([code, stdout, await installations()], [3, "", 0]);
  assert.match(stderr, /DMM_PATH_UNUSABLE: The path .*a\\b cannot be used: it contains a backslash/);
});

test("packages are installed when the lock file changed, and only then", async (t) => {
  const { root, env, installations } = await checkout(t, thisNode);
  const start = () => runToEnd(join(root, "dmm-env"), [], { env });
  const first = await start();
  assert.equal(first.stdout.split("\n").length, 2, "standard output is the command's alone");
  await start();
  assert.equal(await installations(), 1);
  await writeFile(join(root, "package-lock.json"), '{ "lockfileVersion": 3, "packages": {} }');
  await start();
  assert.equal(await installations(), 2);
});

test("operators get the product's packages, tests those of development too, and none is removed again", async (t) => {
  const { root, env, requests } = await checkout(t, thisNode);
  const start = (program?: string) =>
    runToEnd(join(root, "dmm-env"), [], { env: { ...env, ...(program && { DMM_ENV_PROGRAM: program }) } });
  await start();
  await start();
  assert.deepEqual(await requests(), ["ci --omit=dev"]);
  for (const program of ["tests/run.ts", undefined, "tests/run.ts"]) {
    assert.equal((await start(program)).code, 0);
    assert.deepEqual(await requests(), ["ci --omit=dev", "install --no-save"]);
  }
  await writeFile(join(root, "package-lock.json"), '{ "lockfileVersion": 3, "packages": {} }');
  await start();
  assert.deepEqual((await requests()).slice(2), ["install --no-save"]);
});

test("concurrent starts of a command and of the tests leave all packages installed", async (t) => {
  const { root, env, requests } = await checkout(t, { ...thisNode, npm: `sleep 1; ${npmCi}` });
  const start = (more: Readonly<Record<string, string>>) =>
    runToEnd(join(root, "dmm-env"), [], { env: { ...env, ...more } });
  const both = await Promise.all([start({}), start({ DMM_ENV_PROGRAM: "tests/run.ts" })]);
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
  );
  assert.ok((await requests()).some((request) => !request.includes("--omit=dev")));
  const installed = (await requests()).length;
  await start({ DMM_ENV_PROGRAM: "tests/run.ts" });
  assert.equal((await requests()).length, installed);
});

test("a failed installation is reported by code and repeated at the next start", async (t) => {
  const { root, bin, env, installations } = await checkout(t, { ...thisNode, npm: `${npmCi}; exit 1` });
  const failed = await runToEnd(join(root, "dmm-env"), [], { env });
  assert.equal(failed.code, 3);
  assert.equal(failed.stdout, "");
  assert.match(failed.stderr, /DMM_TOOLS_NPM/);
  await writePrograms(bin, { npm: npmCi });
  assert.equal((await runToEnd(join(root, "dmm-env"), [], { env })).code, 0);
  assert.equal(await installations(), 2);
});

test("if Node is too old, npm installs the pinned one into the toolchain, which runs the command", async (t) => {
  const pack = [
    "mkdir -p made/package/bin",
    `printf '#!/bin/sh\\n[ "$1" != --version ] || { echo v26.10.0; exit; }\\nSTARTED_BY=brought exec "${process.execPath}" "$@"\\n' > made/package/bin/node`,
    "/bin/chmod +x made/package/bin/node",
    "tar -czf node.tgz -C made package; rm -rf made; echo node.tgz",
  ].join("\n");
  const npm = `if [ "$1" = pack ]; then\n${pack}\nelse\n${npmCi}\nfi`;
  const { root, env } = await checkout(t, { node: "echo v20.20.2", npm });
  const { code, stdout, stderr } = await runToEnd(join(root, "dmm-env"), [], { env });
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).node, "brought");
  assert.match(stderr, /node is v20\.20\.2/);
  const stamp = JSON.parse(await readFile(join(root, ".dmm-env/toolchain/node/.complete.json"), "utf8"));
  assert.equal(stamp.version, "26.10.0");
});

test("a Node from npm that does not start here is not activated", async (t) => {
  const pack =
    "mkdir -p made/package/bin; cp /bin/false made/package/bin/node; tar -czf n.tgz -C made package; rm -rf made";
  const { root, env } = await checkout(t, { npm: pack });
  const { code, stderr } = await runToEnd(join(root, "dmm-env"), [], { env });
  assert.equal(code, 3);
  assert.match(stderr, /DMM_TOOLS_NODE.*does not run here/);
  await assert.rejects(readFile(join(root, ".dmm-env/toolchain/node/.complete.json")));
});

test("without Node and npm it reports what it needs and where to get it", async (t) => {
  const { root, env } = await checkout(t, {});
  const { code, stdout, stderr } = await runToEnd(join(root, "dmm-env"), ["doctor"], { env });
  assert.equal(code, 3);
  assert.equal(stdout, "");
  assert.match(stderr, /DMM_TOOLS_NODE: Node 24 or newer was not found/);
  assert.match(stderr, /https:\/\/nodejs\.org/);
});

test("an unreachable registry is reported by code, with npm's message", async (t) => {
  const { root, env } = await checkout(t, {
    node: "echo v20.20.2",
    npm: "echo 'npm error connect ECONNREFUSED' >&2; exit 1",
  });
  const { code, stderr } = await runToEnd(join(root, "dmm-env"), [], { env });
  assert.equal(code, 3);
  assert.match(stderr, /ECONNREFUSED[\s\S]*DMM_TOOLS_NODE.*could not download[\s\S]*registry/);
});

test("two concurrent launchers install the packages once", async (t) => {
  const slow = `${npmCi.replace("mkdir -p", "sleep 1; mkdir -p")}`;
  const { root, env, installations } = await checkout(t, { ...thisNode, npm: slow });
  const both = await Promise.all([1, 2].map(() => runToEnd(join(root, "dmm-env"), [], { env })));
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
  );
  assert.equal(await installations(), 1);
  assert.ok(both.some(({ stderr }) => /waiting for process \d+/.test(stderr)));
});

test("a launcher that was killed in the middle does not block the next one", async (t) => {
  const hanging = `echo started >> "$NPM_LOG"; exec sleep 30`;
  const { root, bin, env, installations } = await checkout(t, { ...thisNode, npm: hanging });
  const running = execa(join(root, "dmm-env"), [], {
    env,
    extendEnv: false,
    stdio: "ignore",
    killDescendants: true,
    reject: false,
  });
  await waitUntil("the installation begins", async () => ((await installations()) > 0 ? true : undefined));
  running.kill("SIGKILL");
  assert.equal((await running).signal, "SIGKILL");
  await writePrograms(bin, { npm: npmCi });
  assert.equal((await runToEnd(join(root, "dmm-env"), [], { env })).code, 0);
  assert.equal(await installations(), 2);
});
