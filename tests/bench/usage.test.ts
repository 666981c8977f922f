import assert from "node:assert/strict";
import { once } from "node:events";
import { execa } from "execa";
import { test } from "tap";
import { parseStat, readUsage } from "../../bench/gateway/processes/usage.ts";

test("a command with spaces and parentheses does not shift the fields", async () => {
  const fields = [
    "S",
    "7",
    ...Array.from({ length: 9 }, () => "0"),
    "11",
    "5",
    "3",
    "1",
    ...Array.from({ length: 6 }, () => "0"),
    "256",
  ];
  const stat = parseStat(`42 (a) b (c)) ${fields.join(" ")}`);
  assert.deepEqual(stat, { parent: 7, cpuMs: 200, residentBytes: 256 * 4096 });
});

test("processor time of descendants counts for the process that started them", async () => {
  const burn = "while (process.cpuUsage().user < 300_000);";
  const grandchild = `setTimeout(() => {}, 60_000); ${burn} console.log('burnt');`;
  const script = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' })`;
  const child = execa(process.execPath, ["-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
    buffer: false,
    reject: false,
  });
  try {
    await once(child.stdout, "data");
    const { cpuMs, residentBytes } = readUsage(child.pid!);
    // A missing process would make the result far lower.
    assert.ok(cpuMs >= 280, `${cpuMs} ms`);
    assert.ok(residentBytes > 2 ** 20);
  } finally {
    process.kill(-child.pid!, "SIGKILL");
  }
});

test("reading the usage of an ended process is an error, not zero", async () => {
  assert.throws(() => readUsage(2 ** 30), /is gone/);
});
