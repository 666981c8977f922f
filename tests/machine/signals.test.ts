import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "tap";
import { isAlive, isStopped } from "../../machine/process.ts";
import { endProcesses, sendGroupSignal, sendSignal, waitUntilGone } from "../../machine/signals.ts";
import { waitUntil } from "../../machine/wait.ts";
import { startSleeper } from "./sleeper.ts";

const longMs = 60_000;

test("a signal goes to the process that was meant and not to a later one with its pid", async () => {
  using sleeper = startSleeper();
  const { identity } = sleeper;
  const earlier = { ...identity, startTime: identity.startTime - 1 };
  assert.equal(sendSignal(earlier, "SIGKILL"), false);
  assert.equal(sendGroupSignal(earlier, "SIGKILL"), false);
  assert.deepEqual(await waitUntilGone([identity], 50), [identity]);
  assert.equal(sendSignal(identity, "SIGKILL"), true);
  assert.deepEqual(await waitUntilGone([identity], longMs), []);
  assert.equal(sendSignal(identity, "SIGKILL"), false);
});

test("processes end with the first signal that they obey", async () => {
  using gentle = startSleeper();
  using stubborn = startSleeper(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]);
  await waitUntil("the signal is ignored", () => ignoresTerm(stubborn.identity.pid), {
    withinMs: longMs,
    everyMs: 5,
  });
  const both = [gentle.identity, stubborn.identity];
  assert.deepEqual(await endProcesses(both, [["SIGTERM", 200]]), [stubborn.identity]);
  assert.deepEqual(
    await endProcesses(both, [
      ["SIGTERM", 0],
      ["SIGKILL", longMs],
    ]),
    [],
  );
  assert.ok(!isAlive(gentle.identity));
});

test("a stopped process is continued, so that it ends with the signal", async () => {
  using sleeper = startSleeper();
  const { identity } = sleeper;
  sendSignal(identity, "SIGSTOP");
  await waitUntil("the process is stopped", () => isStopped(identity.pid), { withinMs: longMs, everyMs: 5 });
  assert.deepEqual(await endProcesses([identity], [["SIGTERM", longMs]]), []);
});

/** proc(5): SIGTERM is the 15th bit of the ignored signals. */
function ignoresTerm(pid: number): boolean {
  const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return ((Number.parseInt(ignored.slice(-4), 16) >> 14) & 1) === 1;
}
