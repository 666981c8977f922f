import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, test } from "tap";
import { NodeConnection } from "../../../gateway/redis/node-connection.ts";
import type { RedisSettings } from "../../../gateway/settings.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";

const network = await reserveNetwork();

const host = `${network}.9.1`;
const releases: (() => void)[] = [];
afterEach(() => {
  for (const release of releases.splice(0)) release();
});

/** A node with scripted replies; records the received commands. */
async function startNode(
  onText: (text: string, socket: Socket) => void,
): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.setEncoding("utf8");
    socket.on("error", () => {});
    socket.on("data", (text: string) => onText(text, socket));
    releases.push(() => socket.destroy());
  });
  server.listen(0, host);
  await once(server, "listening");
  releases.push(() => server.close());
  return { server, port: (server.address() as { port: number }).port };
}

async function open(port: number, settings: Partial<RedisSettings> = {}): Promise<NodeConnection> {
  const full = { host, port, tls: false, commandTimeoutMs: 100, ...settings };
  const connection = new NodeConnection(full, { host, port }, () => {});
  releases.push(() => connection.destroy());
  if (settings.password === undefined) await connection.untilReady();
  return connection;
}

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

test("commands of one turn are sent together and get their replies in order", async () => {
  const told: string[] = [];
  const { port } = await startNode((text, socket) => {
    told.push(text);
    for (const [, key] of text.matchAll(/\$3\r\nGET\r\n\$\d+\r\n(.*)\r\n/g))
      socket.write(bulk(`value of ${key}`));
  });
  const connection = await open(port);
  const responses = await Promise.all(["a", "ü", "c"].map((key) => connection.sendCommand(["GET", key])));
  assert.deepEqual(responses, ["value of a", "value of ü", "value of c"]);
  assert.equal(told.length, 1);
});

test("a late reply is not assigned to another command", async () => {
  const late: Socket[] = [];
  const { port } = await startNode((text, socket) => {
    if (text.includes("slow")) late.push(socket);
    if (text.includes("next")) socket.write(bulk("of slow") + bulk("of next"));
  });
  const connection = await open(port);
  await assert.rejects(connection.sendCommand(["GET", "slow"]), { code: "DMM_GATEWAY_REDIS_UNRESPONSIVE" });
  assert.equal(late.length, 1);
  assert.equal(await connection.sendCommand(["GET", "next"]), "of next");
});

test("each command has its own time limit, also behind one without a reply", async () => {
  const { port } = await startNode(() => {});
  const connection = await open(port);
  const startedAt = performance.now();
  const first = assert.rejects(connection.sendCommand(["GET", "a"]), {
    code: "DMM_GATEWAY_REDIS_UNRESPONSIVE",
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await assert.rejects(connection.sendCommand(["GET", "b"]), { code: "DMM_GATEWAY_REDIS_UNRESPONSIVE" });
  await first;
  assert.ok(performance.now() - startedAt >= 148, "the second was given up with the first");
});

test("a lost connection rejects sent commands, and new ones until it is back", async () => {
  const { port } = await startNode((text, socket) => {
    if (text.includes("drop")) socket.destroy();
    else socket.write(bulk("here"));
  });
  const connection = await open(port);
  const lost = connection.sendCommand(["GET", "drop"]);
  await assert.rejects(lost, { code: "DMM_GATEWAY_REDIS_UNAVAILABLE" });
  await assert.rejects(connection.sendCommand(["GET", "a"]), { code: "DMM_GATEWAY_REDIS_UNAVAILABLE" });
  await waitUntil("it is connected again", () => connection.isReady);
  assert.equal(await connection.sendCommand(["GET", "a"]), "here");
});

test("an unexpected reply ends the connection, because the queue would be out of step", async () => {
  let connections = 0;
  const { server, port } = await startNode((_text, socket) => socket.write(bulk("one") + bulk("two")));
  server.on("connection", () => {
    connections++;
  });
  const connection = await open(port);
  assert.equal(await connection.sendCommand(["GET", "a"]), "one");
  await waitUntil("it to reconnect", () => connections === 2);
});

test("invalid data rejects pending commands, and is never a reply", async () => {
  const { port } = await startNode((_text, socket) => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
  const connection = await open(port);
  await assert.rejects(connection.sendCommand(["GET", "a"]), { code: "DMM_GATEWAY_REDIS_UNAVAILABLE" });
});

test("it is ready only after its password was accepted", async () => {
  let accepts = false;
  const { port } = await startNode((text, socket) => {
    if (text.includes("AUTH")) socket.write(accepts ? "+OK\r\n" : "-WRONGPASS no\r\n");
    else socket.write(bulk("in"));
  });
  const connection = await open(port, { password: "right" });
  await assert.rejects(connection.sendCommand(["GET", "a"]), { code: "DMM_GATEWAY_REDIS_UNAVAILABLE" });
  accepts = true;
  await waitUntil("it is let in", () => connection.isReady);
  assert.equal(await connection.sendCommand(["GET", "a"]), "in");
});
