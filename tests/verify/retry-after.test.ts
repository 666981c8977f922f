import assert from "node:assert/strict";
import { test } from "tap";
import type { Responded } from "../../verify/client/attempt.ts";
import { readRetryAfter, requestPatiently } from "../../verify/client/retry-after.ts";

function respond(status: number, headers: Record<string, string> = {}): Responded {
  const connection = { localPort: 1, reused: false };
  return { outcome: "responded", status, headers, body: "", pieces: [], elapsedMs: 0, connection };
}

test("a request with a 503 and Retry-After is retried, one without it is not", async () => {
  const responses = [
    respond(503, { "retry-after": "0" }),
    respond(503, { "retry-after": "0" }),
    respond(200),
    respond(503),
  ];
  const send = async () => responses.shift()!;
  assert.equal((await requestPatiently(send)).status, 200);
  assert.equal((await requestPatiently(send)).status, 503);
  assert.equal(responses.length, 0);
});

test("no wait exceeds the time limit", async () => {
  let requests = 0;
  const send = async () => {
    requests++;
    return respond(503, { "retry-after": "60" });
  };
  assert.equal((await requestPatiently(send, { withinMs: 1000 })).status, 503);
  assert.equal(requests, 1);
});

test("Retry-After is seconds or a date", async () => {
  assert.equal(readRetryAfter("2"), 2000);
  assert.equal(readRetryAfter("Mon, 30 Nov 2026 18:00:05 GMT", Date.parse("2026-11-30T18:00:00Z")), 5000);
  assert.equal(readRetryAfter("soon"), undefined);
  assert.equal(readRetryAfter(undefined), undefined);
});
