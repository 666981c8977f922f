import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "tap";
import {
  readNetworkListeners,
  releaseNetwork,
  reservedBy,
  reserveNetwork,
} from "../../cli/environment/network.ts";
import { environmentFolder } from "../../cli/home.ts";
import { TemporaryHome } from "./temporary-home.ts";

test("an environment keeps its network until its teardown", async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const number = reserveNetwork(home, "feature-x");
  assert.ok(number >= 10 && number <= 199);
  assert.equal(reserveNetwork(home, "feature-x"), number);
  assert.equal(reservedBy(home, "feature-x"), number);
  releaseNetwork(home, "feature-x");
  assert.equal(reservedBy(home, "feature-x"), undefined);
  assert.deepEqual(readdirSync(home.networks), []);
});

test("no two environments get the same network", async () => {
  using folder = new TemporaryHome();
  const names = Array.from({ length: 12 }, (_, index) => `feature-${index}`);
  for (const name of names) mkdirSync(environmentFolder(folder.home, name).directory, { recursive: true });
  assert.equal(new Set(names.map((name) => reserveNetwork(folder.home, name))).size, 12);
});

test("a network in which any process listens is skipped", async () => {
  using first = new TemporaryHome();
  const number = reserveNetwork(first.home, "feature-x");
  const server = createServer().listen(0, `127.${number}.7.7`);
  await once(server, "listening");
  try {
    assert.equal(
      readNetworkListeners(number).filter((address) => address.startsWith(`127.${number}.7.7:`)).length,
      1,
    );
    using second = new TemporaryHome();
    assert.notEqual(reserveNetwork(second.home, "feature-x"), number);
  } finally {
    server.close();
    await once(server, "close");
  }
});

test("a reservation whose environment is gone does not block its network", async () => {
  using folder = new TemporaryHome();
  const number = reserveNetwork(folder.home, "feature-x");
  writeFileSync(join(folder.home.networks, String(number)), "gone");
  assert.equal(reserveNetwork(folder.home, "feature-x"), number);
  assert.equal(reservedBy(folder.home, "gone"), undefined);
});
