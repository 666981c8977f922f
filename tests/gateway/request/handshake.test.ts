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
