import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { test } from "tap";
import { readLedger } from "../../../local/daemon/ledger.ts";
import { readProcess } from "../../../machine/process.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { openRegion, temporaryDirectory } from "./started-region.ts";

const network = await reserveNetwork();

function readLog(directory: string, name: string): string {
  return readFileSync(join(directory, "logs", `${name}.log`), "utf8");
}

test("a process is in the ledger with pid and start time while it runs", async () => {
  using folder = temporaryDirectory();
  await using region = await openRegion({ directory: folder.path });
  const running = await region.supervisor.start({
    name: "task/a",
    command: "sleep",
    arguments: ["60"],
    listens: [`${network}.1.10:1`],
  });
  const [entry] = readLedger(folder.path);
  assert.deepEqual(entry?.process, { pid: running.pid, startTime: readProcess(running.pid)?.startTime });
  assert.deepEqual(entry?.listens, [`${network}.1.10:1`]);
  await running.stop();
  assert.equal(readProcess(running.pid), undefined);
  assert.deepEqual(readLedger(folder.path), []);
});

test("an unexpected end is logged and reported; a requested one is neither", async () => {
  using folder = temporaryDirectory();
  await using region = await openRegion({ directory: folder.path });
  const told: unknown[] = [];
  const spec = { command: "sleep", arguments: ["60"], onExit: (exit: unknown) => void told.push(exit) };
  const killed = await region.supervisor.start({ ...spec, name: "task/killed" });
  const stopped = await region.supervisor.start({ ...spec, name: "task/stopped" });
  killed.kill("SIGKILL");
  await Promise.all([killed.exited, stopped.stop()]);
  assert.deepEqual(told, [{ code: null, signal: "SIGKILL" }]);
  const died = readLog(folder.path, "region")
    .split("\n")
    .filter((line) => line.includes("process.died"));
  assert.equal(died.length, 1);
  assert.match(died[0] ?? "", /"name":"task\/killed"/);
});

test("a process gets nothing of the operator's environment except PATH", async () => {
  using folder = temporaryDirectory();
  await using region = await openRegion({ directory: folder.path });
  process.env.AWS_SECRET_ACCESS_KEY = "the operator's own";
  try {
    const running = await region.supervisor.start({
      name: "task/env",
      command: "env",
      arguments: [],
      environment: { WANTED: "1" },
    });
    await running.exited;
  } finally {
    delete process.env.AWS_SECRET_ACCESS_KEY;
  }
  const names = readLog(folder.path, "task/env")
    .trim()
    .split("\n")
    .map((line) => line.split("=")[0]);
  assert.deepEqual(names.sort(), ["HOME", "LANG", "PATH", "TMPDIR", "TZ", "WANTED"]);
});

test("lines are passed on and stored", async () => {
  using folder = temporaryDirectory();
  await using region = await openRegion({ directory: folder.path });
  const lines: string[] = [];
  await region.supervisor.start({
    name: "task/talk",
    command: "sh",
    arguments: ["-c", "echo one; echo two >&2; echo three"],
    onLine: (line) => void lines.push(line),
  });
  await waitUntil("both lines", () => lines.length === 2);
  assert.deepEqual(lines, ["one", "three"]);
  assert.match(readLog(folder.path, "task/talk"), /two/);
});

test("a process that ignores the stop signal is killed, with all its children", async () => {
  using folder = temporaryDirectory();
  await using region = await openRegion({ directory: folder.path });
  const lines: string[] = [];
  const running = await region.supervisor.start({
    name: "task/stubborn",
    command: "sh",
    arguments: ["-c", "trap '' TERM; sleep 60 & echo $!; while :; do sleep 0.05; done"],
    stop: { signal: "SIGTERM", withinMs: 100 },
    onLine: (line) => void lines.push(line),
  });
  await waitUntil("the child's pid", () => lines.length === 1);
  await running.stop();
  await waitUntil("the child is gone", () => readProcess(Number(lines[0])) === undefined);
});

test("closing ends tasks before the balancer and databases last, and starts nothing afterwards", async () => {
  using folder = temporaryDirectory();
  const region = await openRegion({ directory: folder.path });
  const log = join(folder.path, "order");
  writeFileSync(log, "");
  mkdirSync(join(folder.path, "bin"));
  for (const name of ["redis/one", "haproxy/ingress", "task/gateway/1"]) {
    const script = `trap 'echo ${name} >> ${log}; exit' TERM; echo up; while :; do sleep 0.02; done`;
    const lines: string[] = [];
    await region.supervisor.start({
      name,
      command: "sh",
      arguments: ["-c", script],
      onLine: (line) => void lines.push(line),
    });
    await waitUntil(`${name} is up`, () => lines.length === 1);
  }
  await region.close();
  assert.deepEqual(readFileSync(log, "utf8").trim().split("\n"), [
    "task/gateway/1",
    "haproxy/ingress",
    "redis/one",
  ]);
  await assert.rejects(region.supervisor.start({ name: "task/late", command: "sleep", arguments: ["1"] }), {
    code: "DMM_LOCAL_CLOSING",
  });
});

test("a missing program is an error that names it, and leaves no trace in the ledger", async () => {
  using folder = temporaryDirectory();
  await using region = await openRegion({ directory: folder.path });
  await assert.rejects(
    region.supervisor.start({ name: "task/none", command: "/nowhere/at-all", arguments: [] }),
    {
      code: "DMM_LOCAL_PROCESS_FAILED",
      message: /\/nowhere\/at-all.*task\/none.*ENOENT/,
    },
  );
  assert.deepEqual(readLedger(folder.path), []);
});

for (const everywhere of ["0.0.0.0", "::"]) {
  test(`a port that another program uses on ${everywhere} is refused by name before anything starts`, async () => {
    using folder = temporaryDirectory();
    await using region = await openRegion({ directory: folder.path });
    const foreign = createServer().listen(0, everywhere);
    await once(foreign, "listening");
    const { port } = foreign.address() as AddressInfo;
    const address = `${network}.1.10:${port}`;
    try {
      await assert.rejects(
        region.supervisor.start({
          name: "task/a",
          command: "sleep",
          arguments: ["60"],
          listens: [address],
        }),
        (error: { code: string; message: string }) => {
          assert.equal(error.code, "DMM_LOCAL_ADDRESS_TAKEN");
          assert.match(error.message, new RegExp(`${address}: process ${process.pid} \\(.+\\) has `));
          return true;
        },
      );
      assert.equal(region.supervisor.get("task/a"), undefined);
      assert.deepEqual(readLedger(folder.path), []);
    } finally {
      foreign.close();
    }
  });
}
