import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { before, beforeEach, t, test } from "tap";
import { UpstreamTarget } from "../../../gateway/upstreams/target.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { askUpstream } from "../upstream-request.ts";

const network = await reserveNetwork();

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** The upstream's behaviour, by path. */
const behaviours: Readonly<Record<string, (socket: Socket) => void>> = {
  "/ok": (socket) => socket.write(ok),
  "/close": (socket) => socket.write(ok.replace("OK\r\n", "OK\r\nConnection: close\r\n")),
  "/old": (socket) => socket.write(ok.replace("/1.1", "/1.0")),
  "/hasty": (socket) => socket.write(ok.replace("OK\r\n", "OK\r\nKeep-Alive: timeout=1\r\n")),
  "/twice": (socket) => socket.write(ok + ok.replace("ok", "no")),
  "/later": (socket) => {
    socket.write(ok);
    setTimeout(() => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"), 20);
  },
  "/leave": (socket) => socket.end(ok),
  "/until-end": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n\r\nall ");
    setTimeout(() => socket.end("of it"), 20);
  },
  "/never": () => {},
};

let server: Server;
let opened = 0;
const open = new Set<Socket>();
let target: UpstreamTarget;

before(async () => {
  server = createServer((socket) => {
    opened++;
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    socket.on("data", (chunk) => behaviours[chunk.toString("latin1").split(" ")[1]!]?.(socket));
  });
  server.listen(8080, `${network}.2.1`);
  await once(server, "listening");
});

beforeEach(() => {
  target?.close();
  target = new UpstreamTarget(`http://${network}.2.1:8080`);
  opened = 0;
});

t.teardown(() => {
  target.close();
  for (const socket of open) socket.destroy();
  server.close();
});

test("sequential requests share a connection, concurrent ones have separate ones", async () => {
  for (let count = 0; count < 3; count++)
    assert.deepEqual(await askUpstream(target, { path: "/ok" }), { status: 200, body: "ok" });
  assert.equal(opened, 1);
  await Promise.all([askUpstream(target, { path: "/ok" }), askUpstream(target, { path: "/ok" })]);
  assert.equal(opened, 2);
  assert.deepEqual([target.connections.open, target.connections.idle], [2, 2]);
});

for (const [path, why] of [
  ["/close", "that says so"],
  ["/old", "of HTTP/1.0"],
  ["/hasty", "that would be closed before a request arrives"],
  ["/twice", "with bytes after its response"],
] as const)
  test(`a connection ${why} carries one request`, async () => {
    assert.equal((await askUpstream(target, { path })).body, "ok");
    assert.equal((await askUpstream(target, { path: "/ok" })).body, "ok");
    assert.equal(opened, 2);
  });

test("an unexpected response ends its idle connection, and is not forwarded", async () => {
  await askUpstream(target, { path: "/later" });
  await waitUntil("the connection is closed", () => target.connections.open === 0);
  assert.equal((await askUpstream(target, { path: "/ok" })).body, "ok");
});

test("an idle connection that the upstream closed is not used", async () => {
  await askUpstream(target, { path: "/leave" });
  await waitUntil("the connection is closed", () => target.connections.open === 0);
  assert.equal((await askUpstream(target, { path: "/ok" })).status, 200);
});

test("a response without a length is everything until the end of the connection", async () => {
  assert.equal((await askUpstream(target, { path: "/until-end" })).body, "all of it");
});

test("idle connections expire", async () => {
  await askUpstream(target, { path: "/ok" });
  assert.equal(target.connections.open, 1);
  await waitUntil("it is closed", () => target.connections.open === 0 && open.size === 0);
});

test("closing a target ends its running requests", async () => {
  const asked = askUpstream(target, { path: "/never" });
  await waitUntil("it runs", () => open.size === 1);
  target.close();
  await assert.rejects(asked, /shutting down/);
});

test("a refused connection fails immediately", async () => {
  const dead = new UpstreamTarget(`http://${network}.2.1:9`);
  await assert.rejects(askUpstream(dead), { code: "ECONNREFUSED" });
  assert.equal(dead.connections.open, 0);
});
