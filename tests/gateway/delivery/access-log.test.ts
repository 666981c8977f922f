import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { createServer } from "node:http";
import { pino } from "pino";
import { before, t, test } from "tap";
import { AccessLog } from "../../../gateway/access-log/access-log.ts";
import type { Exchange } from "../../../gateway/exchange/exchange.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { StartedHandshakeUpstream } from "../handshake-upstream.ts";
import { sendRaw } from "../raw-client.ts";
import { issueToken, startGateway } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const network = await reserveNetwork();

const silent = pino({ level: "silent" });

function describeExchange(path: string): Exchange {
  return {
    id: "1",
    startedAt: performance.now(),
    version: 1,
    request: { method: "GET" },
    response: Object.assign(new EventEmitter(), { writableFinished: true }),
    status: 200,
    head: { host: "a" },
    target: { path, query: "?secret" },
    sentBytes: 0,
    attempts: 1,
  } as unknown as Exchange;
}

test("memory is bounded while the destination is unavailable, and lost lines are counted", async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let lines = 0;
  const log = new AccessLog(async (records) => {
    await held;
    lines += records.join("").split("\n").length - 1;
  }, silent);
  for (let index = 0; index < 60_000; index++) log.record(describeExchange("/a"));
  assert.equal(log.waiting, 50_000);
  assert.equal(log.dropped, 10_000);
  const flushed = log.flush();
  letGo();
  await flushed;
  assert.equal(lines, 50_000);
  assert.equal(log.delivered, 50_000);
});

test("long paths do not defeat the limit of the buffer", async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const log = new AccessLog(() => held, silent);
  const path = `/${"a".repeat(16_000)}`;
  for (let index = 0; index < 4000; index++) log.record(describeExchange(path));
  assert.ok(log.waitingCharacters > 32e6 && log.waitingCharacters < 34e6, `${log.waitingCharacters}`);
  assert.ok(log.waiting < 2200 && log.dropped === 4000 - log.waiting, `${log.waiting} wait`);
  const flushed = log.flush();
  letGo();
  await flushed;
  assert.deepEqual([log.waiting, log.waitingCharacters], [0, 0]);
  assert.equal(log.delivered + log.dropped, 4000);
});

test("a destination that refuses costs lines, not requests", async () => {
  const log = new AccessLog(() => Promise.reject(new Error("away")), silent);
  log.record(describeExchange("/a"));
  await log.flush();
  assert.deepEqual([log.dropped, log.delivered, log.waiting], [1, 0, 0]);
});

let platform: StartedPlatform;
const received: Record<string, unknown>[] = [];
let refusals = 1;
const firehose = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    const { Records } = JSON.parse(body) as { Records: { Data: string }[] };
    const refused = refusals-- > 0;
    if (!refused)
      for (const { Data } of Records)
        for (const line of Buffer.from(Data, "base64").toString().trim().split("\n"))
          received.push(JSON.parse(line));
    const outcome = refused ? { ErrorCode: "ServiceUnavailableException" } : { RecordId: "1" };
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    response.end(
      JSON.stringify({
        FailedPutCount: refused ? Records.length : 0,
        RequestResponses: Records.map(() => outcome),
      }),
    );
  });
});

before(async () => {
  await new Promise<void>((resolve) => firehose.listen(4566, `${network}.1.2`, resolve));
  platform = await StartedPlatform.start(network);
});

t.teardown(async () => {
  await platform?.stop();
  firehose.closeAllConnections();
  firehose.close();
});

const delivery = {
  DELIVERY_STREAM: "access-log",
  AWS_ENDPOINT_URL: `http://${network}.1.2:4566`,
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
};

test("every request becomes a line in the delivery stream, including the last ones before the end", async () => {
  const gateway = await startGateway(`${network}.1.31`, platform.testBed, delivery);
  const token = await issueToken(gateway);
  const headers = { authorization: `Bearer ${token}` };
  await fetch(`${gateway.origin}/verify/echo?secret=hunter2`, { headers });
  await waitUntil("the first lines are delivered", () => received.length >= 2);
  await fetch(`${gateway.origin}/verify/dead`, { headers });
  const leaving = AbortSignal.timeout(200);
  await assert.rejects(fetch(`${gateway.origin}/verify/slow?ms=900`, { headers, signal: leaving }));
  assert.equal(await gateway.process.end("SIGTERM"), 0);
  const echo = received.find((line) => line.route === "verify-echo")!;
  assert.deepEqual(
    [echo.client, echo.status, echo.path, echo.complete],
    ["verifier", 200, "/verify/echo", true],
  );
  assert.equal(received.find((line) => line.route === "verify-dead")?.error, "DMM_GATEWAY_UPSTREAM_FAILED");
  const left = received.find((line) => line.route === "verify-slow");
  assert.deepEqual([left?.status, left?.complete], [0, false]);
  const text = JSON.stringify(received);
  assert.ok(!text.includes(token) && !text.includes("hunter2"));
});

test("the line of a refused WebSocket handshake has the size of its response", async (context) => {
  const upstream = await StartedHandshakeUpstream.start(`${network}.1.21`);
  context.teardown(() => upstream.stop());
  upstream.respond = (socket) => socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nnever");
  await platform.addRoute("ws", { origins: [upstream.origin] });
  const gateway = await startGateway(`${network}.1.32`, platform.testBed, delivery);
  await sendRaw(
    gateway.origin,
    "GET /ws/x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
  );
  assert.equal(await gateway.process.end("SIGTERM"), 0);
  const line = received.find(({ route }) => route === "ws");
  assert.deepEqual([line?.status, line?.bytes], [403, 5]);
});
