import assert from "node:assert/strict";
import { test } from "tap";
import { type Check, type CheckScope, fail, pass, undelivered } from "../../verify/check.ts";
import type { VerifyEvent } from "../../verify/events.ts";
import { createSecrets } from "../../verify/evidence/secrets.ts";
import { combineVerdicts, exitCodeOf } from "../../verify/result.ts";
import { runCheck, runSuites } from "../../verify/run.ts";

type Bare = Check<CheckScope>;

function runnerOf(signal = new AbortController().signal) {
  const events: VerifyEvent[] = [];
  return {
    events,
    world: {},
    secrets: createSecrets(),
    signal,
    emit: (event: VerifyEvent) => void events.push(event),
  };
}

function checkOf(run: Bare["run"], timeoutMs = 1_000): Bare {
  return { claim: "something is so", proof: "it is observed", timeoutMs, run };
}

test("an error makes a check inconclusive and names its cause", async () => {
  const failing = checkOf(async ({ evidence }) => {
    evidence.record("seen", 1);
    throw new Error("the outer", { cause: new Error("the inner") });
  });
  const result = await runCheck(runnerOf(), "suite", failing);
  assert.equal(result.verdict, "inconclusive");
  assert.equal(result.message, "the outer ← the inner");
  assert.equal(result.evidence.length, 1);
});

test("a check without evidence proves nothing", async () => {
  const result = await runCheck(
    runnerOf(),
    "suite",
    checkOf(async () => pass("trust me")),
  );
  assert.equal(result.verdict, "inconclusive");
  assert.match(result.message, /no evidence.*trust me/);
});

test("a check that exceeds its time limit is inconclusive, aborted, and cleaned up", async () => {
  const seen: string[] = [];
  const slow = checkOf(async ({ signal, defer, evidence }) => {
    evidence.record("seen", 1);
    defer(() => void seen.push("first registered"));
    defer(() => void seen.push("last registered"));
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    seen.push("asked to end");
    return pass("too late");
  }, 30);
  const result = await runCheck(runnerOf(), "suite", slow);
  assert.equal(result.verdict, "inconclusive");
  assert.match(result.message, /DMM_VERIFY_TIME_OVER.*30 ms/);
  assert.deepEqual(seen.sort(), ["asked to end", "first registered", "last registered"]);
});

test("a check whose load was not delivered is repeated, at most twice, and its evidence says so", async () => {
  for (const [delivered, verdict, runs] of [
    [2, "passed", 2],
    [9, "inconclusive", 3],
  ] as const) {
    let attempts = 0;
    let cleaned = 0;
    const loaded = checkOf(async ({ defer, evidence }) => {
      attempts += 1;
      defer(() => {
        cleaned += 1;
      });
      evidence.record("attempt", attempts);
      return attempts < delivered ? undelivered("requests were sent late") : pass("it is so");
    });
    const result = await runCheck(runnerOf(), "suite", loaded);
    assert.deepEqual([result.verdict, attempts, cleaned], [verdict, runs, runs]);
    assert.match(JSON.stringify(result.evidence), /attempt 1 was retried.*sent late/);
  }
});

test("a failed check is not repeated", async () => {
  let attempts = 0;
  const wrong = checkOf(async ({ evidence }) => {
    attempts += 1;
    evidence.record("attempt", attempts);
    return fail("it is not so");
  });
  assert.equal((await runCheck(runnerOf(), "suite", wrong)).verdict, "failed");
  assert.equal(attempts, 1);
});

test("a failed clean-up is recorded in the evidence and changes no verdict", async () => {
  const untidy = checkOf(async ({ defer, evidence }) => {
    evidence.record("seen", 1);
    defer(() => Promise.reject(new Error("stuck")));
    return pass("it is so");
  });
  const result = await runCheck(runnerOf(), "suite", untidy);
  assert.equal(result.verdict, "passed");
  assert.deepEqual(result.evidence.at(-1), { name: "cleanup failed", value: "stuck" });
});

test("an interrupted run ends at once with every remaining check inconclusive", async () => {
  const interruption = new AbortController();
  const waiting = checkOf(async ({ evidence }) => {
    evidence.record("seen", 1);
    interruption.abort();
    return await new Promise(() => {});
  }, 60_000);
  const suite = {
    name: "suite",
    subject: "",
    order: "one by one" as const,
    checks: [waiting, waiting, waiting],
  };
  const results = await runSuites(runnerOf(interruption.signal), [suite]);
  assert.deepEqual(
    results.map((result) => result.verdict),
    ["inconclusive", "inconclusive", "inconclusive"],
  );
  assert.ok(results.every((result) => result.message.startsWith("DMM_VERIFY_INTERRUPTED")));
});

test("checks that affect each other never overlap", async () => {
  let running = 0;
  let most = 0;
  const counted = checkOf(async ({ evidence }) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    evidence.record("running", running);
    return pass("it is so");
  });
  const checks = [counted, counted, counted];
  await runSuites(runnerOf(), [{ name: "a", subject: "", order: "one by one", checks }]);
  assert.equal(most, 1);
  await runSuites(runnerOf(), [{ name: "b", subject: "", order: "together", checks }]);
  assert.ok(most > 1);
});

test("a secret in a message is replaced in the result and in every event", async () => {
  const runner = runnerOf();
  runner.secrets.add("very-secret-token");
  const telling = checkOf(async ({ evidence, progress }) => {
    evidence.record("seen", "very-secret-token");
    progress("now very-secret-token");
    return pass("got very-secret-token");
  });
  const result = await runCheck(runner, "suite", telling);
  assert.doesNotMatch(JSON.stringify([result, runner.events]), /very-secret/);
});

test("failed outweighs inconclusive, which outweighs passed, and an empty run is inconclusive", async () => {
  assert.equal(exitCodeOf(combineVerdicts(["passed", "passed"])), 0);
  assert.equal(exitCodeOf(combineVerdicts(["passed", "inconclusive", "failed"])), 1);
  assert.equal(exitCodeOf(combineVerdicts(["passed", "inconclusive"])), 3);
  assert.equal(exitCodeOf(combineVerdicts([])), 3);
});
