import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "tap";
import { endStrays } from "../../../local/daemon/end-ledger-processes.ts";
import { inventory } from "../../../local/daemon/inventory.ts";
import { Ledger } from "../../../local/daemon/ledger.ts";
import { readProcess } from "../../../machine/process.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { temporaryDirectory } from "./started-region.ts";

const loopback = await reserveNetwork();
const otherLoopback = await reserveNetwork();
const thirdLoopback = await reserveNetwork();

/** A process that is not in the ledger, as after a defect of the region. */
function startOrphan(options: { readonly cwd?: string; readonly file?: string; readonly home?: string }) {
  const stdout = options.file === undefined ? "ignore" : openSync(options.file, "a");
  const child = spawn("sleep", ["60"], {
    cwd: options.cwd ?? "/",
    stdio: ["ignore", stdout, "ignore"],
    detached: true,
    env: { PATH: process.env.PATH, ...(options.home === undefined ? {} : { HOME: options.home }) },
  });
  const pid = child.pid as number;
  return {
    pid,
    [Symbol.dispose]() {
      child.kill("SIGKILL");
    },
  };
}

test("an orphan is found by its working directory and by its open file, and an unrelated process is not", async () => {
  using folder = temporaryDirectory();
  using working = startOrphan({ cwd: folder.path });
  using writing = startOrphan({ file: join(folder.path, "log") });
  using unrelated = startOrphan({});
  const found = inventory({ directory: folder.path, network: loopback }).processes;
  const why = new Map(found.map((entry) => [entry.pid, entry.why]));
  assert.equal(why.get(working.pid), `working directory ${folder.path}`);
  assert.equal(why.get(writing.pid), `open file ${join(folder.path, "log")}`);
  assert.equal(why.has(unrelated.pid), false);
});

test("a listener in the network is found with its pid, and one in another network is not", async () => {
  using folder = temporaryDirectory();
  const servers = await Promise.all(
    [`${loopback}.2.11`, `${otherLoopback}.2.11`].map(async (address) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, address, resolve));
      return server;
    }),
  );
  const { port } = servers[0]!.address() as { port: number };
  const { listeners } = inventory({ directory: folder.path, network: loopback });
  for (const server of servers) server.close();
  assert.deepEqual(listeners, [{ address: `${loopback}.2.11:${port}`, pid: process.pid }]);
});

test("nothing is found if nothing is left", async () => {
  const found = inventory({ directory: "/nowhere/at/all", network: thirdLoopback });
  assert.deepEqual(found, { processes: [], listeners: [], files: [] });
});

test("a process is ended only when its start time is the recorded one", async () => {
  using folder = temporaryDirectory();
  using orphan = startOrphan({});
  const { startTime = 0 } = readProcess(orphan.pid) ?? {};
  const write = (recorded: number) => {
    const ledger = new Ledger(folder.path);
    ledger.writeStarting({ name: "task/a", directory: join(folder.path, "processes/task/a"), listens: [] });
    ledger.writeStarted("task/a", { pid: orphan.pid, startTime: recorded });
    ledger.close();
  };
  write(startTime - 1);
  assert.deepEqual(await endStrays(folder.path), []);
  assert.ok(readProcess(orphan.pid));
  write(startTime);
  assert.deepEqual(await endStrays(folder.path), [{ pid: orphan.pid, name: "task/a" }]);
  await waitUntil("the orphan is gone", () => readProcess(orphan.pid) === undefined);
});

test("a process whose start was recorded but not its pid is found by its own folder", async () => {
  using folder = temporaryDirectory();
  const directory = join(folder.path, "processes", "task", "a");
  mkdirSync(directory, { recursive: true });
  const ledger = new Ledger(folder.path);
  ledger.writeStarting({ name: "task/a", directory, listens: [] });
  ledger.close();
  using orphan = startOrphan({ home: directory });
  assert.deepEqual(await endStrays(folder.path), [{ pid: orphan.pid, name: "task/a" }]);
});
