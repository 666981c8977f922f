import assert from "node:assert/strict";
import { test } from "tap";
import { PasswordQueue, PasswordQueueFullError } from "../../../gateway/users/password-queue.ts";

test("no more checks run concurrently than allowed, in the order in which they came", async () => {
  const queue = new PasswordQueue(2);
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const results = [0, 1, 2, 3].map((id) =>
    queue.run(() => {
      started.push(id);
      return new Promise<number>((resolve) => finish.push(() => resolve(id)));
    }),
  );
  for (const expected of [
    [0, 1],
    [0, 1, 2],
    [0, 1, 2, 3],
  ]) {
    await new Promise(setImmediate);
    assert.deepEqual(started, expected);
    finish.shift()?.();
  }
  for (const end of finish) end();
  assert.deepEqual(await Promise.all(results), [0, 1, 2, 3]);
});

test("more checks than can wait are refused as busy, and the others are carried out", async () => {
  const queue = new PasswordQueue(1);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 23 }, () => queue.run(() => new Promise(setImmediate))),
  );
  const refusals = outcomes.filter((outcome) => outcome.status === "rejected");
  assert.equal(refusals.length, 2);
  assert.ok(refusals.every(({ reason }) => reason instanceof PasswordQueueFullError));
});

test("a check that fails makes room for the next one", async () => {
  const queue = new PasswordQueue(1);
  await assert.rejects(
    queue.run(() => Promise.reject(new Error("no thread"))),
    /no thread/,
  );
  assert.equal(await queue.run(async () => "checked"), "checked");
});
