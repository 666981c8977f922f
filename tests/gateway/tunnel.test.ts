import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { before, t, test } from "tap";
import { reserveNetwork } from "../loopback.ts";
import { readStatus, sendRaw } from "./raw-client.ts";
import { issueToken } from "./started-gateway.ts";
import { waitUntil } from "./started-process.ts";
import { StartedPlatform } from "./started-surroundings.ts";
import { StartedWebSocketUpstream } from "./websocket-upstream.ts";

const network = await reserveNetwork();

let platform: StartedPlatform;
let upstream: StartedWebSocketUpstream;

before(async () => {
  platform = await StartedPlatform.start(network);
  upstream = await StartedWebSocketUpstream.start(`${network}.1.21`);
  await platform.addRoute("ws", { origins: [upstream.origin], public: true });
  await platform.addRoute("closed", {
    origins: [upstream.origin],
    public: false,
    columns: { scopes: "verify:read" },
  });
  await platform.addRoute("limited", {
    origins: [platform.stub.origin],
    public: true,
    columns: { rewrite_prefix: "/verify", rate_per_second: 2, rate_burst: 3 },
  });
});

t.teardown(() => Promise.all([upstream?.stop(), platform?.stop()]));

const handshake = (path: string, more = "") =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`;

test("a WebSocket passes messages both ways and ends on both sides", async () => {
  const socket = new WebSocket(`${platform.gateway.origin.replace("http", "ws")}/ws/echo`);
  await once(socket, "open");
  for (const text of ["one", "two"]) {
    const answer = once(socket, "message");
    socket.send(text);
    const [message] = (await answer) as [MessageEvent];
    assert.equal(message.data, text);
  }
  assert.equal(upstream.lastHeaders["x-forwarded-host"], new URL(platform.gateway.origin).host);
  assert.equal(upstream.sockets.size, 1);
  for (const end of upstream.sockets) end.destroy();
  await once(socket, "close");
});

test("a client that leaves takes the upstream's end along", async () => {
  const received = sendRaw(platform.gateway.origin, handshake("/ws/x"), 300);
  await waitUntil("it is open", () => upstream.sockets.size === 1);
  assert.equal(readStatus(await received), 101);
  await waitUntil("it is closed", () => upstream.sockets.size === 0);
});

test("a client that leaves during its handshake leaves the upstream too, and what it sent early arrives", async () => {
  const { hostname, port } = new URL(platform.gateway.origin);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(handshake("/ws/never"));
  await waitUntil("the upstream is asked", () => upstream.silent.size === 1);
  socket.end();
  await waitUntil("the upstream is left", () => upstream.silent.size === 0);
  // "hi", masked with zeros, in the same packet as the handshake and in one before the answer.
  const frame = "\x81\x82\0\0\0\0hi";
  const received = await sendRaw(platform.gateway.origin, `${handshake("/ws/echo")}${frame}`, 300);
  assert.ok(received.endsWith("\x81\x02hi"), JSON.stringify(received));
});

test("a WebSocket needs the token of its route", async () => {
  const { origin } = platform.gateway;
  assert.equal(readStatus(await sendRaw(origin, handshake("/closed/x"))), 401);
  assert.equal(readStatus(await sendRaw(origin, handshake("/nowhere"))), 404);
  const token = await issueToken(platform.gateway);
  const received = await sendRaw(origin, handshake("/closed/x", `Authorization: Bearer ${token}\r\n`), 300);
  assert.equal(readStatus(received), 101);
  assert.equal(upstream.lastHeaders.authorization, undefined);
  assert.equal(upstream.lastHeaders["x-authenticated-client"], "verifier");
});

test("what an upstream answers instead of switching reaches the client", async () => {
  const received = await sendRaw(platform.gateway.origin, handshake("/ws/no"));
  assert.equal(readStatus(received), 403);
  assert.ok(received.endsWith("no"), received);
});

test("an open WebSocket does not hold a draining gateway, which tells both ends that it goes away", async () => {
  const { startGateway } = await import("./started-gateway.ts");
  const gateway = await startGateway(`${network}.1.31`, platform.surroundings);
  const socket = new WebSocket(`${gateway.origin.replace("http", "ws")}/ws/echo`);
  await once(socket, "open");
  const [end] = upstream.sockets;
  const heard: Buffer[] = [];
  end!.on("data", (chunk: Buffer) => heard.push(chunk));
  const closed = once(socket, "close") as Promise<[CloseEvent]>;
  assert.equal(await gateway.process.end("SIGTERM"), 0);
  assert.equal((await closed)[0].code, 1001);
  assert.equal(Buffer.concat(heard)[0], 0x88);
});

test("a route's rate holds for a caller, and says when to come again", async () => {
  const statuses: number[] = [];
  let retryAfter: string | null = null;
  for (let index = 0; index < 5; index++) {
    const answer = await fetch(`${platform.gateway.origin}/limited/echo`);
    await answer.arrayBuffer();
    statuses.push(answer.status);
    retryAfter = answer.headers.get("retry-after") ?? retryAfter;
  }
  assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
  assert.equal(retryAfter, "1");
  const other = await fetch(`${platform.gateway.origin}/limited/echo`, {
    headers: { "x-forwarded-for": "10.0.0.7" },
  });
  assert.equal(other.status, 200);
  await waitUntil("the rate allows one more", async () => {
    const answer = await fetch(`${platform.gateway.origin}/limited/echo`);
    return answer.status === 200;
  });
});

test("metrics are told to whoever asks the process itself, and to nobody behind the balancer", async () => {
  const url = `${platform.gateway.origin}/metrics`;
  const text = await (await fetch(url)).text();
  assert.match(text, /gateway_request_duration_seconds_count\{route="limited",status="429"\} \d+/);
  assert.match(text, /gateway_errors_total\{code="DMM_GATEWAY_RATE_EXCEEDED",route="limited"\} \d+/);
  assert.match(text, /gateway_redis_ready 1/);
  assert.match(text, /gateway_tunnels_open 0/);
  const outside = await fetch(url, { headers: { "x-forwarded-for": "10.0.0.7" } });
  assert.equal(outside.status, 404);
});
