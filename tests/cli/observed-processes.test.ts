import assert from "node:assert/strict";
import { mkdirSync, openSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { test } from "tap";
import { readOwnProcesses } from "../../cli/environment/own-processes.ts";
import { environmentFolder, findHome } from "../../cli/home.ts";
import type { StoppedDown } from "../../cli/teardown/down-stages.ts";
import { judge } from "../../cli/teardown/statements.ts";
import { takeInventory } from "../../cli/teardown/take-inventory.ts";
import { readProcessesIn } from "../../machine/process-files.ts";
import { TemporaryHome } from "./temporary-home.ts";

/** A process that runs until its test ends. */
function startSleeper(cwd: string, output?: number) {
  // execa takes any descriptor; its types know only the standard ones.
  const written = (output as 1 | undefined) ?? "ignore";
  const child = execa("sleep", ["60"], {
    cwd,
    stdin: "ignore",
    stdout: written,
    stderr: written,
    reject: false,
    // Like processes of dmm-env: without a terminal.
    detached: true,
  });
  return { pid: child.pid!, [Symbol.dispose]: () => void child.kill("SIGKILL") };
}

test("processes of an environment are found by their output through a symbolic link, others there are only reported", async () => {
  using folder = new TemporaryHome();
  const link = `${folder.directory}-link`;
  symlinkSync(folder.directory, link);
  try {
    const { directory } = environmentFolder(findHome({ DMM_ENV_HOME: link }), "feature-x");
    mkdirSync(directory, { recursive: true });
    using worker = startSleeper(directory);
    using writer = startSleeper("/", openSync(join(directory, "log"), "w"));
    using unrelated = startSleeper("/");
    rmSync(directory, { recursive: true });
    const own = readOwnProcesses(directory).map(({ pid }) => pid);
    assert.ok(readProcessesIn(directory).some(({ pid }) => pid === worker.pid));
    assert.ok(own.includes(writer.pid));
    assert.ok(!own.includes(worker.pid) && !own.includes(unrelated.pid));
  } finally {
    rmSync(link);
  }
});

test("without a known network, nothing is stated about listeners while a process runs", async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const environment = environmentFolder(home, "feature-x");
  mkdirSync(environment.directory, { recursive: true });
  using _process = startSleeper(environment.directory);
  const run = {
    session: { home },
    name: "feature-x",
    project: { name: "dmm-env" },
    folder: environment,
    target: "local",
    closure: { closed: false, revoked: [], refusals: [] },
  } as unknown as StoppedDown;
  const { statements } = await takeInventory(run, () => undefined);
  const outcomes = Object.fromEntries(statements.map(({ statement, outcome }) => [statement, outcome]));
  assert.equal(outcomes["Nothing listens in the environment's network."], "not observed");
  assert.equal(outcomes["The ingress admits nobody."], "not observed");
  assert.equal(judge(statements), "leftovers were found");
});

test("a relative backend is resolved against the operator's folder and home", async () => {
  const backendOf = (backend: string) => findHome({ PULUMI_BACKEND_URL: backend }).backend;
  assert.equal(backendOf("file://./rel"), pathToFileURL(join(process.cwd(), "rel")).href);
  assert.equal(backendOf("file://rel"), pathToFileURL(join(process.cwd(), "rel")).href);
  assert.equal(backendOf("file://~"), pathToFileURL(homedir()).href);
  assert.equal(
    backendOf("file://~/rel?no_tmp_dir=true"),
    `${pathToFileURL(join(homedir(), "rel")).href}?no_tmp_dir=true`,
  );
  for (const backend of ["file:///srv/state", "s3://bucket/folder"])
    assert.equal(backendOf(backend), backend);
});
