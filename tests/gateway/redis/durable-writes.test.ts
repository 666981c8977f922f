import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "tap";
import { DurableWrites } from "../../../gateway/redis/durable-writes.ts";
import { NodeConnection } from "../../../gateway/redis/node-connection.ts";

test("a command that is refused before its batch is confirmed rejects that write alone", async (context) => {
  const node = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      // Refused and executed in one turn; the barrier and WAIT follow in a later one.
      socket.write("-ASK 1 127.0.0.1:1\r\n+OK\r\n");
      setTimeout(() => socket.write("+OK\r\n:1\r\n"), 100);
    });
  }).listen(0, "127.0.0.1");
  context.teardown(() => node.close());
  await once(node, "listening");
  const { port } = node.address() as AddressInfo;
  const address = { host: "127.0.0.1", port };
  const connection = new NodeConnection(
    { ...address, tls: false, commandTimeoutMs: 30_000 },
    address,
    () => {},
  );
  context.teardown(() => connection.destroy());
  await connection.untilReady();
  const parts = { connection, replicationMs: 200, isReplicated: () => true, onReplica: () => {} };
  const writes = new DurableWrites(parts);
  const [refused, done] = await Promise.allSettled([
    writes.send("{a}1", ["SET", "{a}1", "1"]),
    writes.send("{a}2", ["SET", "{a}2", "2"]),
  ]);
  assert.match(String(refused.status === "rejected" && refused.reason), /ASK 1/);
  assert.deepEqual(done, { status: "fulfilled", value: "OK" });
});
