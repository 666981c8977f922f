import assert from "node:assert/strict";
import { test } from "tap";
import { computeSlot } from "../../../gateway/redis/slot.ts";
import { coversAllSlots, parseRedirection, parseShards } from "../../../gateway/redis/topology.ts";

test("slots are those of the cluster specification", async () => {
  assert.equal(computeSlot("123456789"), 0x31c3);
  assert.equal(computeSlot("foo"), 12_182);
  assert.equal(computeSlot("{user1000}.following"), computeSlot("{user1000}.followers"));
  assert.equal(computeSlot("foo{}{bar}"), computeSlot("foo{}{bar}"));
  assert.notEqual(computeSlot("foo{}{bar}"), computeSlot("bar"));
});

test("shards are read from one node's view, including failed replicas", async () => {
  const shards = parseShards(
    [
      [0, 100, ["10.0.0.1", 6379, "a"], ["10.0.0.2", 6379, "b"]],
      [101, 16_000, ["", 6380, "c"]],
      [16_001, 16_383, ["10.0.0.4", 6379, "d"]],
    ],
    [
      "b 10.0.0.2:6379@16379 slave a 0 1 3 connected",
      "a 10.0.0.1:6379@16379 master - 0 1 3 connected 0-100",
      "c 10.0.0.9:6380@16380 myself,master - 0 1 7 connected 101-16000",
      "d 10.0.0.4:6379@16379 master - 0 1 8 connected 16001-16383",
      "e 10.0.0.5:6379@16379,host slave,fail d 1 1 8 disconnected",
      "",
    ].join("\n"),
    "10.0.0.9",
  );
  assert.deepEqual(shards, [
    { host: "10.0.0.1", port: 6379, epoch: 3, replicated: true, ranges: [[0, 100]] },
    { host: "10.0.0.9", port: 6380, epoch: 7, replicated: false, ranges: [[101, 16_000]] },
    // SLOTS omits a replica that failed.
    { host: "10.0.0.4", port: 6379, epoch: 8, replicated: true, ranges: [[16_001, 16_383]] },
  ]);
  assert.ok(coversAllSlots(shards));
  assert.ok(!coversAllSlots(shards.slice(1)));
});

test("a redirection names its node", async () => {
  assert.deepEqual(parseRedirection("MOVED 3999 10.0.0.1:6381"), { host: "10.0.0.1", port: 6381 });
  assert.deepEqual(parseRedirection("ASK 1 ::1:7"), { host: "::1", port: 7 });
  assert.equal(parseRedirection("ERR no"), undefined);
});
