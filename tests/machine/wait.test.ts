import assert from "node:assert/strict";
import { test } from "tap";
import { pollUntil, waitUntil } from "../../machine/wait.ts";

const options = { withinMs: 60_000, everyMs: 1 };

test("waiting returns what the condition finds, falsy values included", async () => {
  let checks = 0;
  const find = async () => {
    checks += 1;
    return checks < 3 ? undefined : { checks };
  };
  assert.deepEqual(await waitUntil("the third check", find, options), { checks: 3 });
  assert.equal(await waitUntil("a number", () => 0, options), 0);
  assert.equal(await waitUntil("a text", () => "", options), "");
});

test("a wait that reaches its limit names what it waited for and how long", async () => {
  await assert.rejects(
    waitUntil("redis/node-1 responds", () => false, { withinMs: 20, everyMs: 5 }),
    { code: "DMM_MACHINE_WAIT_TIMEOUT", message: /20 ms.*redis\/node-1 responds/, hint: /log/ },
  );
});

test("a condition is checked once without any time, and once more when the time is up", async () => {
  let checks = 0;
  const count = () => {
    checks += 1;
    return false;
  };
  assert.equal(await pollUntil(count, { withinMs: 0, everyMs: 60_000 }), undefined);
  assert.equal(checks, 1);
  const start = performance.now();
  assert.equal(await pollUntil(count, { withinMs: 20, everyMs: 60_000 }), undefined);
  assert.equal(checks, 3);
  assert.ok(performance.now() - start < 30_000);
});

test("an error of the condition ends the wait", async () => {
  const fail = () => {
    throw new Error("it ended while it was starting");
  };
  await assert.rejects(pollUntil(fail, options), /ended while it was starting/);
});

test("a signal ends a wait without a limit, with its reason", async () => {
  const controller = new AbortController();
  const reason = new Error("interrupted");
  const wait = pollUntil(() => false, {
    withinMs: Number.POSITIVE_INFINITY,
    everyMs: 600_000,
    signal: controller.signal,
  });
  setImmediate(() => controller.abort(reason));
  await assert.rejects(wait, reason);
});
