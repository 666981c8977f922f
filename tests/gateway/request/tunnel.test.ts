import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { before, t, test } from "tap";
import { hashClientSecret } from "../../../gateway/configuration/client-secret.ts";
import { computeTokenKey } from "../../../gateway/tokens/token-key.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { readStatus, sendRaw } from "../raw-client.ts";
import { issueToken, revokeToken, verifierSecret } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";
import { StartedWebSocketUpstream } from "../websocket-upstream.ts";

const network = await reserveNetwork();
const secretKey = "key-of-client-secrets-in-a-test";
const environment = { CLIENT_SECRET_KEY: secretKey };

let platform: StartedPlatform;
let upstream: StartedWebSocketUpstream;

before(async () => {
  platform = await StartedPlatform.start(network, { environment });
  upstream = await StartedWebSocketUpstream.start(`${network}.1.21`);
  await platform.addRoute("ws", { origins: [upstream.origin], public: true });
  await platform.addRoute("closed", {
    origins: [upstream.origin],
    public: false,
    columns: { scopes: "verify:read" },
  });
  await platform.addRoute("brief", {
    origins: [upstream.origin],
    public: true,
    columns: { whole_limit_ms: 700 },
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
    const response = once(socket, "message");
    socket.send(text);
    const [message] = (await response) as [MessageEvent];
    assert.equal(message.data, text);
  }
  assert.equal(upstream.lastHeaders["x-forwarded-host"], new URL(platform.gateway.origin).host);
  assert.equal(upstream.sockets.size, 1);
  for (const end of upstream.sockets) end.destroy();
  await once(socket, "close");
});

test("a client that disconnects ends the upstream's connection too", async () => {
  const received = sendRaw(platform.gateway.origin, handshake("/ws/x"), 300);
  await waitUntil("it is open", () => upstream.sockets.size === 1);
  assert.equal(readStatus(await received), 101);
  await waitUntil("it is closed", () => upstream.sockets.size === 0);
});

test("a client that disconnects during its handshake ends the upstream's too, and its early data arrives", async () => {
  const { hostname, port } = new URL(platform.gateway.origin);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(handshake("/ws/never"));
  await waitUntil("the upstream is asked", () => upstream.pending.size === 1);
  socket.end();
  await waitUntil("the upstream is left", () => upstream.pending.size === 0);
  // "hi", masked with zeros, in the same packet as the handshake and in one before the response.
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

test("an upstream's response other than the switch reaches the client", async () => {
  const received = await sendRaw(platform.gateway.origin, handshake("/ws/no"));
  assert.equal(readStatus(received), 403);
  assert.ok(received.endsWith("no"), received);
});

for (const path of ["/ws/h2c", "/ws/bare"])
  test(`an upstream that switches to another protocol is refused: ${path}`, async () => {
    const received = await sendRaw(platform.gateway.origin, handshake(path), 2000);
    assert.equal(readStatus(received), 502);
    assert.match(received, /DMM_GATEWAY_UPSTREAM_FAILED/);
  });

test("the route's total time limit ends its WebSockets, at any stage", async () => {
  const socket = new WebSocket(`${platform.gateway.origin.replace("http", "ws")}/brief/echo`);
  const closed = once(socket, "close") as Promise<[CloseEvent]>;
  await once(socket, "open");
  const openedAt = performance.now();
  assert.equal((await closed)[0].code, 1001);
  assert.ok(performance.now() - openedAt > 100, "it was open before");
  await waitUntil("the upstream's end is closed", () => upstream.sockets.size === 0);
  assert.equal(readStatus(await sendRaw(platform.gateway.origin, handshake("/brief/never"))), 504);
});

/** A WebSocket with a token; resolves with its end. */
async function openWithToken(token: string): Promise<{ closed: Promise<[CloseEvent]>; socket: WebSocket }> {
  const url = `${platform.gateway.origin.replace("http", "ws")}/closed/echo`;
  const options = { headers: { authorization: `Bearer ${token}` } };
  const socket = new WebSocket(url, options as never);
  const closed = once(socket, "close") as Promise<[CloseEvent]>;
  await Promise.race([once(socket, "open"), closed]);
  assert.equal(socket.readyState, WebSocket.OPEN);
  return { closed, socket };
}

test("a WebSocket ends when its token expires, is revoked, or has lost its client or its scope, and not before", {
  timeout: 120_000,
}, async () => {
  const { database, redis } = platform.testBed;
  const [verifier] = await database.query("SELECT * FROM clients WHERE client_id = 'verifier'");
  for (const name of ["replaced", "narrowed"])
    await database.query("INSERT INTO clients SET ?", [
      {
        ...verifier,
        client_id: name,
        instance: `first ${name}`,
        secret_hash: hashClientSecret(secretKey, name, verifierSecret),
      },
    ]);
  await platform.publish();
  const issue = (client: string) => issueToken(platform.gateway, "verify:read verify:write", client);
  const stays = await openWithToken(await issue("verifier"));
  const expiring = await issue("verifier");
  const key = computeTokenKey(expiring);
  const record = JSON.parse(String(await redis.nodes[0]!.command("GET", key))) as object;
  const exp = Math.floor(Date.now() / 1000) + 3;
  await redis.nodes[0]!.command("SET", key, JSON.stringify({ ...record, exp }));
  const expired = await openWithToken(expiring);
  const token = await issue("verifier");
  const revoked = await openWithToken(token);
  const replaced = await openWithToken(await issue("replaced"));
  const narrowed = await openWithToken(await issue("narrowed"));
  assert.equal(await revokeToken(platform.gateway, token), 200);
  await database.query("UPDATE clients SET instance = 'second' WHERE client_id = 'replaced'");
  await database.query("UPDATE clients SET scopes = 'verify:write' WHERE client_id = 'narrowed'");
  await platform.publish();
  assert.equal((await expired.closed)[0].code, 1008);
  assert.ok(Date.now() >= exp * 1000, "not before it expired");
  for (const { closed } of [revoked, replaced, narrowed]) assert.equal((await closed)[0].code, 1008);
  const response = once(stays.socket, "message");
  stays.socket.send("still here");
  assert.equal(((await response) as [MessageEvent])[0].data, "still here");
  for (const end of upstream.sockets) end.destroy();
  await stays.closed;
  await waitUntil("the upstream's ends are closed", () => upstream.sockets.size === 0);
});

test("an open WebSocket does not delay a draining gateway, which closes both sides as going away", async () => {
  const { startGateway } = await import("../started-gateway.ts");
  const gateway = await startGateway(`${network}.1.31`, platform.testBed, environment);
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

test("a route's rate limit applies per caller, with the time to retry", async () => {
  const statuses: number[] = [];
  let retryAfter: string | null = null;
  for (let index = 0; index < 5; index++) {
    const response = await fetch(`${platform.gateway.origin}/limited/echo`);
    await response.arrayBuffer();
    statuses.push(response.status);
    retryAfter = response.headers.get("retry-after") ?? retryAfter;
  }
  assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
  assert.equal(retryAfter, "1");
  const other = await fetch(`${platform.gateway.origin}/limited/echo`, {
    headers: { "x-forwarded-for": "10.0.0.7" },
  });
  assert.equal(other.status, 200);
  const from = async (address: string) => {
    const response = await fetch(`${platform.gateway.origin}/limited/echo`, {
      headers: { "x-forwarded-for": address },
    });
    await response.arrayBuffer();
    return response.status;
  };
  const crowd = await Promise.all([1, 2, 3, 4, 5].map((host) => from(`2001:db8:1:2::${host}`)));
  assert.deepEqual(crowd.sort(), [200, 200, 200, 429, 429], "addresses of one IPv6 network are one caller");
  assert.equal(await from("2001:db8:1:3::1"), 200);
  await waitUntil("the rate allows one more", async () => {
    const response = await fetch(`${platform.gateway.origin}/limited/echo`);
    return response.status === 200;
  });
});

test("metrics are served to direct clients of the process, and not through the balancer", async () => {
  const url = `${platform.gateway.origin}/metrics`;
  const text = await (await fetch(url)).text();
  assert.match(text, /gateway_request_duration_seconds_count\{route="limited",status="429"\} \d+/);
  assert.match(text, /gateway_errors_total\{code="DMM_GATEWAY_RATE_EXCEEDED",route="limited"\} \d+/);
  assert.match(text, /gateway_redis_ready 1/);
  assert.match(text, /gateway_tunnels_open 0/);
  const outside = await fetch(url, { headers: { "x-forwarded-for": "10.0.0.7" } });
  assert.equal(outside.status, 404);
});
