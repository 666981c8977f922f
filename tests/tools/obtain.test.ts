import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execa, type ResultPromise } from "execa";
import { type Test, test } from "tap";
import { reserveNetwork } from "../loopback.ts";
import { waitUntil } from "../wait-until.ts";
import { linkSystemPrograms, runToEnd, temporaryFolder, writePrograms } from "./program-folder.ts";

const network = await reserveNetwork();

const script = join(import.meta.dirname, "obtaining.ts");
const used = "cat chmod dirname gzip mkdir rm sh sleep tar".split(" ");
const release = "pulumi-v3.259.0-linux-x64.tar.gz";
const sayVersion = "#!/bin/sh\\necho v3.259.0\\n";

/** Stands in for Go: two packages to compile, and a CLI that prints its version. */
const go = (before: string) => `
case $1 in
list) echo a; echo b ;;
build)
  echo $$ >> "$HOME/go.log"
  ${before}
  while [ $# -gt 0 ]; do [ "$1" != -o ] || out=$2; shift; done
  mkdir -p "$(dirname "$out")"; printf '${sayVersion}' > "$out"; chmod +x "$out" ;;
esac`;

interface Machine {
  readonly folder: string;
  readonly bin: string;
  readonly toolchain: string;
  readonly env: Readonly<Record<string, string>>;
  /** Pids of the builds so far. */
  builds(): Promise<readonly number[]>;
}

async function machine(
  t: Test,
  options: { readonly go: string; readonly releases?: string },
): Promise<Machine> {
  const folder = await temporaryFolder(t);
  const bin = await linkSystemPrograms(join(folder, "bin"), used);
  await writePrograms(bin, { go: options.go });
  const log = join(folder, "go.log");
  return {
    folder,
    bin,
    toolchain: join(folder, "home", "toolchain"),
    env: {
      PATH: bin,
      HOME: folder,
      DMM_ENV_HOME: join(folder, "home"),
      // Nothing listens there: refused immediately.
      DMM_ENV_PULUMI_RELEASES: options.releases ?? `http://${network}.9.9:65000`,
    },
    builds: async () => (await readFile(log, "utf8").catch(() => "")).split("\n").filter(Boolean).map(Number),
  };
}

const obtain = ({ env }: Machine) => runToEnd(process.execPath, [script, "pulumi"], { env });

function lastLine(stdout: string): {
  code?: string;
  message?: string;
  found?: { pulumi?: { command: string } };
} {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "{}");
}

/** A mirror of Pulumi's releases on this machine, with an equivalent archive. */
async function mirror(t: Test, options: { readonly checksum?: string } = {}): Promise<string> {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, "pulumi"));
  await writeFile(join(folder, "pulumi", "pulumi"), "#!/bin/sh\necho v3.259.0\n", { mode: 0o755 });
  await runToEnd("tar", ["-czf", release, "pulumi"], { cwd: folder, env: { PATH: process.env.PATH ?? "" } });
  const archive = await readFile(join(folder, release));
  const checksum = options.checksum ?? createHash("sha256").update(archive).digest("hex");
  const files: Readonly<Record<string, string | Buffer>> = {
    [`/${release}`]: archive,
    "/pulumi-3.259.0-checksums.txt": `${"0".repeat(64)}  another.tar.gz\n${checksum}  ${release}\n`,
  };
  const server = createServer((request, response) => {
    const file = files[request.url ?? ""];
    response.writeHead(file === undefined ? 404 : 200).end(file);
  }).listen(0, `${network}.9.1`);
  await once(server, "listening");
  t.teardown(() => server.close());
  return `http://${network}.9.1:${(server.address() as AddressInfo).port}`;
}

/** Starts obtaining and waits until the compiler runs. */
async function startUntilBuild(
  t: Test,
  { env, builds }: Machine,
): Promise<{ child: ResultPromise["nodeChildProcess"]; build: number }> {
  const child = execa(process.execPath, [script, "pulumi"], {
    env,
    extendEnv: false,
    stdio: "ignore",
    reject: false,
  }).nodeChildProcess;
  t.teardown(() => child.kill("SIGKILL"));
  const build = await waitUntil("the build begins", async () => (await builds())[0]);
  t.teardown(() => endGroup(build));
  return { child, build };
}

/** The compiler leads its own process group. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("the official release is used when its checksum is correct", {
  skip: process.arch !== "x64",
}, async (t) => {
  const here = await machine(t, { go: "exit 1", releases: await mirror(t) });
  const { code, stdout } = await obtain(here);
  assert.equal(code, 0, stdout);
  assert.equal(lastLine(stdout).found?.pulumi?.command, join(here.toolchain, "pulumi", "bin", "pulumi"));
  const stamp = JSON.parse(await readFile(join(here.toolchain, "pulumi", ".complete.json"), "utf8"));
  assert.deepEqual(stamp, { version: "3.259.0", way: "official download" });
});

test("a release with another checksum is refused and the CLI is compiled", {
  skip: process.arch !== "x64",
}, async (t) => {
  const here = await machine(t, { go: go(""), releases: await mirror(t, { checksum: "a".repeat(64) }) });
  const { code } = await obtain(here);
  assert.equal(code, 0);
  assert.equal((await here.builds()).length, 1);
});

test("a wrong checksum is reported when no other way succeeds", {
  skip: process.arch !== "x64",
}, async (t) => {
  const here = await machine(t, {
    go: "echo no modules >&2; exit 1",
    releases: await mirror(t, { checksum: "a".repeat(64) }),
  });
  const { code, message } = lastLine((await obtain(here)).stdout);
  assert.equal(code, "DMM_TOOLS_UNOBTAINABLE");
  assert.match(message ?? "", new RegExp(`it must be ${"a".repeat(64)}`));
  assert.match(message ?? "", /no modules/);
});

test("an obtained tool that prints another version is not activated", async (t) => {
  const here = await machine(t, { go: go("").replace("v3.259.0", "v3.100.0") });
  const { message } = lastLine((await obtain(here)).stdout);
  assert.match(message ?? "", /bin\/pulumi is 3\.100\.0/);
  await assert.rejects(readFile(join(here.toolchain, "pulumi", ".complete.json")));
});

test("a killed set-up leaves nothing that counts, and the next one finishes", async (t) => {
  const here = await machine(t, { go: go("sleep 60") });
  const { child, build } = await startUntilBuild(t, here);
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  endGroup(build);
  await assert.rejects(readFile(join(here.toolchain, "pulumi", ".complete.json")));
  await writePrograms(here.bin, { go: go("") });
  assert.equal((await obtain(here)).code, 0);
  await assert.rejects(readFile(join(here.toolchain, ".setup.lock")), "the lock to be released");
});

test("an interruption also ends the compiler and releases the lock", async (t) => {
  const here = await machine(t, { go: go("sleep 60") });
  const { child, build } = await startUntilBuild(t, here);
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const [code] = await ended;
  assert.equal(code, 3);
  await waitUntil("the compiler is gone", async () => (isAlive(build) ? undefined : true));
  await assert.rejects(readFile(join(here.toolchain, ".setup.lock")));
});

test("a second set-up waits for the first, names it, and repeats nothing", async (t) => {
  const here = await machine(t, { go: go('until [ -f "$HOME/second-waits" ]; do sleep 0.1; done') });
  const { child } = await startUntilBuild(t, here);
  const second = execa(process.execPath, [script, "pulumi"], {
    env: here.env,
    extendEnv: false,
    stdio: ["ignore", "pipe", "ignore"],
    buffer: false,
    reject: false,
  });
  let stdout = "";
  second.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  const ended = once(second.nodeChildProcess, "close");
  await waitUntil("the second set-up waits", async () => stdout.includes('"waiting"') || undefined, 60_000);
  await writeFile(join(here.folder, "second-waits"), "");
  assert.deepEqual(await ended, [0, null]);
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(events[0].kind, "waiting");
  assert.equal(events[0].holder.pid, child.pid);
  assert.equal((await here.builds()).length, 1);
});
