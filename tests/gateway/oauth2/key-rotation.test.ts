import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "tap";
import { lifetimes, longestKeysCheckSeconds } from "../../../gateway/oauth2/lifetimes.ts";
import {
  findExpired,
  orderKeys,
  requestedRotation,
  rotation,
  type StoredKey,
} from "../../../gateway/oauth2/signing-key-rotation.ts";

/** Until every gateway knows a stored key, and then every cached key set contains it. */
const spreadSeconds = longestKeysCheckSeconds + lifetimes.published;
const daySeconds = 24 * 3600;
const document = readFileSync(new URL("../../../docs/oauth2.md", import.meta.url), "utf8").replaceAll(
  /\s+/g,
  " ",
);

function stored(kid: string, ageSeconds: number, isRequested = false): StoredKey {
  return { kid, ageSeconds, isRequested, key: { kid, alg: "ES256" } as unknown as StoredKey["key"] };
}

const publishedAt = (...keys: StoredKey[]) => orderKeys(keys).map(({ kid }) => kid);

for (const [name, times, isRequested] of [
  ["on schedule", rotation, false],
  ["on request", requestedRotation, true],
] as const) {
  test(`a key created ${name} is in every cached key set before it signs`, async () => {
    assert.ok(times.publishedAhead > spreadSeconds);
    const [early, late] = [spreadSeconds, times.publishedAhead].map((age) =>
      publishedAt(stored("next", age, isRequested), stored("old", rotation.every)),
    );
    assert.deepEqual(early, ["old", "next"]);
    assert.deepEqual(late, ["next", "old"]);
  });

  test(`a key that was replaced ${name} is published until its last signature has expired`, async () => {
    // A gateway may have polled just before the successor signs.
    const lastSigned = times.publishedAhead + longestKeysCheckSeconds;
    const expired = lastSigned + lifetimes.idToken;
    const old = stored("old", rotation.every + expired);
    assert.deepEqual(publishedAt(stored("next", expired, isRequested), old), ["next", "old"]);
    assert.deepEqual(findExpired([stored("next", expired, isRequested), old]), []);
    const gone = stored("next", times.publishedAhead + times.publishedAfter, isRequested);
    assert.deepEqual(findExpired([gone, old]), [old]);
  });
}

test("a key that was replaced on schedule is published as long as a session of its time may last unvisited", async () => {
  assert.ok(rotation.publishedAfter >= lifetimes.session);
  assert.ok(rotation.every > rotation.publishedAhead + rotation.publishedAfter);
});

test("the document states the times that are used", async () => {
  for (const claim of [
    `every ${rotation.every / daySeconds} days`,
    "published for a day before it signs",
    `its predecessor remains published for another ${rotation.publishedAfter / daySeconds} days`,
    `sign ${requestedRotation.publishedAhead / 60} minutes later`,
    `caches the set for ${lifetimes.published / 60} minutes`,
    `remain published for another ${requestedRotation.publishedAfter / 3600} hours`,
    "which are valid for 1 hour",
  ])
    assert.ok(document.includes(claim), claim);
  assert.equal(rotation.publishedAhead, daySeconds);
  assert.equal(lifetimes.idToken, 3600);
});
