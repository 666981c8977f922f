import assert from "node:assert/strict";
import { test } from "node:test";
import { computeSlot } from "../../gateway/redis/slot.ts";
import { coversAllSlots, parseRedirection, parseShards } from "../../gateway/redis/topology.ts";

test("slots are those of the cluster specification", () => {
  assert.equal(computeSlot("123456789"), 0x31c3);
  assert.equal(computeSlot("foo"), 12_182);
  assert.equal(computeSlot("{user1000}.following"), computeSlot("{user1000}.followers"));
  assert.equal(computeSlot("foo{}{bar}"), computeSlot("foo{}{bar}"));
  assert.notEqual(computeSlot("foo{}{bar}"), computeSlot("bar"));
});

test("shards are read from what a node answers", () => {
  const shards = parseShards(
    [
      [0, 100, ["10.0.0.1", 6379, "id"], ["10.0.0.2", 6379, "id"]],
      [101, 16_383, ["", 6380, "id"]],
    ],
    "10.0.0.9",
  );
  assert.deepEqual(shards, [
    { host: "10.0.0.1", port: 6379, replicated: true, ranges: [[0, 100]] },
    { host: "10.0.0.9", port: 6380, replicated: false, ranges: [[101, 16_383]] },
  ]);
  assert.ok(coversAllSlots(shards));
  assert.ok(!coversAllSlots(shards.slice(1)));
});

test("a redirection names its node", () => {
  assert.deepEqual(parseRedirection("MOVED 3999 10.0.0.1:6381"), { host: "10.0.0.1", port: 6381 });
  assert.deepEqual(parseRedirection("ASK 1 ::1:7"), { host: "::1", port: 7 });
  assert.equal(parseRedirection("ERR no"), undefined);
});
