import assert from "node:assert/strict";
import { before, beforeEach, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { StartedHandshakeUpstream } from "../handshake-upstream.ts";
import { readStatus, sendRaw } from "../raw-client.ts";
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
