import assert from "node:assert/strict";
import { before, beforeEach, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { StartedHandshakeUpstream } from "../handshake-upstream.ts";
import { readStatus, sendRaw } from "../raw-client.ts";
import { startGateway } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const network = await reserveNetwork();

let platform: StartedPlatform;
let upstream: StartedHandshakeUpstream;

before(async () => {
  platform = await StartedPlatform.start(network);
  upstream = await StartedHandshakeUpstream.start(`${network}.1.21`);
  await platform.addRoute("ws", { origins: [upstream.origin] });
});

beforeEach(() => {
  upstream.respond = () => {};
});

t.teardown(() => Promise.all([upstream?.stop(), platform?.stop()]));

const handshake = (path: string, more = "") =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`;

for (const status of ["000", "050", "099"])
  test(`a handshake's response with status ${status} is a failure of the upstream, and the gateway keeps serving`, async () => {
    upstream.respond = (socket) => socket.write(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`);
    const received = await sendRaw(platform.gateway.origin, handshake("/ws/x"), 5000);
    assert.equal(readStatus(received), 502);
    assert.match(received, /DMM_GATEWAY_UPSTREAM_FAILED/);
    assert.equal((await fetch(`${platform.gateway.origin}/health/ready`)).status, 200);
    assert.ok(!platform.gateway.process.output.includes("uncaught exception"), "nothing was uncaught");
  });

for (const [name, response] of [
  ["a pending handshake", ""],
  ["an endless response to a handshake", "HTTP/1.1 200 OK\r\n\r\nendless"],
] as const)
  test(`${name} does not keep a draining gateway beyond its time limit`, async (context) => {
    const gateway = await startGateway(`${network}.1.31`, platform.testBed, { DRAIN_SECONDS: "1" });
    context.teardown(() => gateway.process.end());
    upstream.respond = (socket) => socket.write(response);
    const received = sendRaw(gateway.origin, handshake("/ws/x"), 60_000);
    await waitUntil("the upstream is asked", () => upstream.sockets.size === 1);
    gateway.process.child.kill("SIGTERM");
    await waitUntil("the gateway has ended", () => gateway.process.exited, 8000);
    assert.equal((await gateway.process.ended).code, 0);
    await received;
    await waitUntil("the upstream is left", () => upstream.sockets.size === 0);
  });

for (const [count, status] of [
  [20, 403],
  [21, 502],
] as const)
  test(`${count} interim responses to a handshake lead to ${status}`, async () => {
    const interim = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n".repeat(count);
    upstream.respond = (socket) =>
      socket.write(`${interim}HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno`);
    const received = await sendRaw(platform.gateway.origin, handshake("/ws/x"), 5000);
    const statuses = [...received.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((match) => Number(match[1]));
    assert.deepEqual(statuses, [...Array<number>(20).fill(103), status]);
    await waitUntil("the upstream is left", () => upstream.sockets.size === 0);
  });

/** Requests of the gateway to this upstream that have not ended. */
async function readInFlight(): Promise<number> {
  const text = await (await fetch(`${platform.gateway.origin}/metrics`)).text();
  const line = text
    .split("\n")
    .find(
      (line) => line.startsWith("gateway_upstream_requests_in_flight{") && line.includes(upstream.origin),
    );
  return Number(line?.split(" ").at(-1));
}

const accepted = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
for (const [name, response] of [
  ["without a response", ""],
  ["with a WebSocket", accepted],
  ["with another response", "HTTP/1.1 200 OK\r\n\r\nendless"],
] as const)
  test(`a handshake ${name} counts as one request to the upstream until it ends`, async () => {
    assert.equal(await readInFlight(), 0);
    upstream.respond = (socket) => socket.write(response);
    const ends = sendRaw(platform.gateway.origin, handshake("/ws/x"), 1000);
    await waitUntil("it counts", async () => (await readInFlight()) === 1, 5000);
    await ends;
    await waitUntil("it no longer counts", async () => (await readInFlight()) === 0, 5000);
  });

test("a handshake whose connection does not open within connect_limit_ms gets 504", async () => {
  // The listener accepts the connection and ignores the start of TLS.
  await platform.addRoute("stuck", {
    origins: [upstream.origin.replace("http:", "https:")],
    columns: { first_byte_limit_ms: 30_000 },
  });
  const received = await sendRaw(platform.gateway.origin, handshake("/stuck/x"), 5000);
  assert.equal(readStatus(received), 504);
  await waitUntil("the upstream is left", () => upstream.sockets.size === 0);
});

test("a response to a handshake has the CORS fields of its route in place of the upstream's", async () => {
  await platform.addRoute("shared", {
    origins: [upstream.origin],
    columns: { cors: JSON.stringify({ origins: ["https://app.test"] }) },
  });
  upstream.respond = (socket) =>
    socket.end(
      "HTTP/1.1 403 Forbidden\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Max-Age: 5\r\nContent-Length: 2\r\n\r\nno",
    );
  const received = await sendRaw(
    platform.gateway.origin,
    handshake("/shared/x", "Origin: https://app.test\r\n"),
  );
  assert.equal(readStatus(received), 403);
  assert.deepEqual(received.match(/^access-control-(?:allow-origin|max-age).*$/gim), [
    "access-control-allow-origin: https://app.test",
  ]);
});
