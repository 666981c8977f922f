import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { StartedBadUpstream } from "../bad-upstream.ts";
import { readStatus, sendRaw } from "../raw-client.ts";
import { issueToken } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const network = await reserveNetwork();

let platform: StartedPlatform;
let bad: StartedBadUpstream;
let origin: string;
let flooded = 0;

before(async () => {
  platform = await StartedPlatform.start(network);
  origin = platform.gateway.origin;
  bad = await StartedBadUpstream.start(`${network}.1.21`, {
    reset: (socket) => socket.resetAndDestroy(),
    garbage: (socket) => socket.end("this is not HTTP\r\n\r\n"),
    unresponsive: () => {},
    early: (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
    stalled: (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
    early413: (socket) => {
      socket.pause();
      socket.end("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 7\r\n\r\nenough!");
      // A peer that never reads does not notice a closed connection.
      setTimeout(() => socket.resume(), 1000).unref();
    },
    headers: (socket) =>
      socket.end(
        "HTTP/1.1 200 OK\r\nConnection: x-own, close\r\nX-Own: 1\r\nKeep-Alive: timeout=1\r\nSet-Cookie: a=1\r\n" +
          "Set-Cookie: b=2\r\nX-Request-Id: theirs\r\nContent-Length: 2\r\n\r\nok",
      ),
    endless: (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
      const flood = () => {
        while (!socket.destroyed && socket.write(chunk)) flooded += 65_536;
      };
      socket.on("drain", flood);
      flood();
    },
  });
  const columns = { first_byte_limit_ms: 300, idle_limit_ms: 400, body_limit_bytes: 1000, retries: 1 };
  await platform.addRoute("bad", { origins: [bad.origin], columns });
  await platform.addRoute("echo", {
    origins: [platform.stub.origin],
    columns: { rewrite_prefix: "/verify", body_limit_bytes: 1_000_000 },
  });
});

t.teardown(async () => {
  await Promise.all([bad?.stop(), platform?.stop()]);
});

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(origin + path, init);
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

test("an upstream that is missing, resets or sends garbage yields 502", async () => {
  const token = await issueToken(platform.gateway);
  const dead = await ask("/verify/dead", { headers: { authorization: `Bearer ${token}` } });
  assert.deepEqual([dead.status, dead.body.code], [502, "DMM_GATEWAY_UPSTREAM_FAILED"]);
  assert.equal((await ask("/bad/reset")).status, 502);
  assert.equal((await ask("/bad/garbage")).status, 502);
});

test("an upstream that exceeds the route's time limit yields 504", async () => {
  const began = performance.now();
  const { status, body } = await ask("/bad/unresponsive");
  assert.deepEqual([status, body.code], [504, "DMM_GATEWAY_UPSTREAM_SLOW"]);
  const took = performance.now() - began;
  assert.ok(took >= 290 && took < 15_000, `${took} ms`);
});

test("an idempotent request is retried once, one with a body is not", async () => {
  bad.seen.clear();
  await ask("/bad/reset");
  assert.equal(bad.seen.get("reset"), 2);
  bad.seen.clear();
  await ask("/bad/reset", { method: "POST", body: "x" });
  assert.equal(bad.seen.get("reset"), 1);
});

test("a response that breaks off breaks off for the client too", async () => {
  for (const path of ["/bad/early", "/bad/stalled"]) {
    const response = await fetch(origin + path);
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), path);
  }
});

test("an endless response is read at the client's pace, and stops when the client disconnects", async () => {
  flooded = 0;
  const leaving = new AbortController();
  const response = await fetch(`${origin}/bad/endless`, { signal: leaving.signal });
  const reader = response.body!.getReader();
  await reader.read();
  const full = await settle(() => flooded);
  assert.ok(full < 40_000_000, `${full} bytes were taken from the upstream`);
  leaving.abort();
  await waitUntil("the upstream's connection to be released", () => bad.connections === 0);
});

/** Waits until a growing number is stable for 150 ms. */
async function settle(read: () => number): Promise<number> {
  let last = -1;
  let since = Date.now();
  await waitUntil("the flood stands still", () => {
    if (read() !== last) {
      last = read();
      since = Date.now();
    }
    return Date.now() - since > 150;
  });
  return last;
}

test("responses lose connection-specific fields and keep the rest", async () => {
  const response = await fetch(`${origin}/bad/headers`);
  assert.equal(await response.text(), "ok");
  assert.equal(response.headers.get("x-own"), null);
  assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assert.notEqual(response.headers.get("x-request-id"), "theirs");
});

test("bodies stream to the upstream, announced or chunked, and arrive completely", async () => {
  const content = "a".repeat(500_000);
  const announced = await ask("/echo/echo", { method: "POST", body: content });
  const stream = new Blob([content]).stream();
  const chunked = await ask("/echo/echo", { method: "POST", body: stream, duplex: "half" } as RequestInit);
  for (const { status, body } of [announced, chunked]) {
    assert.equal(status, 200);
    assert.equal((body.body as { bytes: number }).bytes, 500_000);
  }
});

test("a body over the route's limit is 413, announced or not", async () => {
  const content = "a".repeat(2000);
  assert.equal((await ask("/bad/unresponsive", { method: "POST", body: content })).status, 413);
  const chunked = `POST /bad/unresponsive HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n${content}\r\n`;
  assert.equal(readStatus(await sendRaw(origin, chunked)), 413);
});

test("a response reaches a client that is still sending", async () => {
  const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
  const requests = ["/bad/unresponsive", "/verify/echo"].map(
    (path) =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(160)}0\r\n\r\n`,
  );
  const responses = await Promise.all(requests.map((request) => sendRaw(origin, request)));
  assert.deepEqual(responses.map(readStatus), [413, 401]);
});

test("an upstream's response before the whole body is forwarded", async () => {
  const body = "a".repeat(400);
  const head = `POST /bad/early413 HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n${body}`;
  const received = await sendRaw(origin, head, 1000);
  assert.equal(readStatus(received), 413, received);
  assert.ok(received.endsWith("enough!"), received);
});

test("a body that stops arriving is 408", async () => {
  const text = "POST /bad/unresponsive HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf";
  assert.equal(readStatus(await sendRaw(origin, text)), 408);
});

test("the client gets 100 Continue only for a body that will be accepted", async () => {
  const head = "Host: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
  const taken = await sendRaw(origin, `POST /echo/echo HTTP/1.1\r\nConnection: close\r\n${head}body`);
  assert.match(taken, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  assert.equal(readStatus(await sendRaw(origin, `POST /nowhere HTTP/1.1\r\n${head}`)), 404);
});

test("a prefix is replaced, foreign identity fields are removed, the gateway's own are set", async () => {
  const headers = {
    "x-authenticated-client": "evil",
    "x-amzn-mtls-clientcert-subject": "CN=evil",
    authorization: "Basic YTpi",
  };
  const { body } = await ask("/echo/echo?q=1", { headers });
  assert.equal(body.path, "/verify/echo?q=1");
  const seen = body.headers as Record<string, string>;
  for (const name of Object.keys(headers)) assert.equal(seen[name], undefined, name);
  assert.match(seen["x-request-id"]!, /^[0-9a-f]{12}-/);
  assert.match(seen.traceparent!, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
});

test("a prefix that ends in a slash is joined to the rest of the path with one slash", async () => {
  await platform.addRoute("root", { origins: [platform.stub.origin], columns: { rewrite_prefix: "/" } });
  assert.equal((await ask("/root/verify/echo")).body.path, "/verify/echo");
});

test("a trace continues with a span of the gateway", async () => {
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const { body } = await ask("/echo/echo", { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
  const sent = (body.headers as Record<string, string>).traceparent!;
  assert.ok(sent.startsWith(`00-${trace}-`) && sent.endsWith("-01") && !sent.includes("00f067aa0ba902b7"));
});

test("clients that disconnect while they wait do not leak connections", async () => {
  for (let round = 0; round < 20; round++) {
    const leaving = new AbortController();
    const asked = fetch(`${origin}/bad/unresponsive`, { signal: leaving.signal }).catch(() => {});
    setTimeout(() => leaving.abort(), round);
    await asked;
  }
  await waitUntil("all connections to be released", () => bad.connections === 0);
  assert.equal((await ask("/echo/echo")).status, 200);
});
