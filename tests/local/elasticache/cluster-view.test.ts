import assert from "node:assert/strict";
import { test } from "tap";
import { parseClusterNodes } from "../../../local/elasticache/cluster-view.ts";
import { slotsOf } from "../../../local/elasticache/topology.ts";

test("a node's lines contain role, reachability and slots", async () => {
  const view = parseClusterNodes(
    [
      "aa 127.9.1.10:6379@16379 myself,master - 0 0 4 connected 0-5461",
      "bb 127.9.2.10:6379@16379 slave aa 1 2 4 connected",
      "cc 127.9.3.10:6379@16379,host master,fail - 1 2 3 disconnected 5462-10922 11000",
      "dd 127.9.3.11:6379@16379 slave,fail? cc 1 2 3 connected",
      "",
    ].join("\n"),
  );
  assert.deepEqual(
    view.map(({ id, address, role, primaryId, reachable, slots }) => [
      id,
      address,
      role,
      primaryId,
      reachable,
      slots.length,
    ]),
    [
      ["aa", "127.9.1.10", "primary", undefined, true, 1],
      ["bb", "127.9.2.10", "replica", "aa", true, 0],
      ["cc", "127.9.3.10", "primary", undefined, false, 2],
      ["dd", "127.9.3.11", "replica", "cc", false, 0],
    ],
  );
});

test("the slots of all shards are all slots, each once", async () => {
  for (const shards of [1, 2, 3, 7, 90]) {
    const ranges = Array.from({ length: shards }, (_shard, index) =>
      slotsOf(index, shards).split("-").map(Number),
    );
    assert.equal(ranges[0]![0], 0);
    assert.equal(ranges.at(-1)![1], 16_383);
    for (let index = 1; index < shards; index += 1)
      assert.equal(ranges[index]![0], ranges[index - 1]![1]! + 1);
  }
});
