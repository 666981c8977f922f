import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import {
  networkOf,
  numbersFrom,
  readListeningNetworks,
  reserveNetwork,
  temporaryNetworks,
} from "../../machine/loopback-networks.ts";
import { readSocketName, reserveSocketName } from "../../machine/socket-name.ts";

test("the numbers of a range come once each, wherever they begin", async () => {
  const range = { first: 10, count: 4 };
  assert.deepEqual([...numbersFrom(range, 0)], [10, 11, 12, 13]);
  assert.deepEqual([...numbersFrom(range, 6)], [12, 13, 10, 11]);
});

test("an address of 127.0.0.0/8 is in a network, any other is in none", async () => {
  assert.equal(networkOf("127.0.0.1:80"), 0);
  assert.equal(networkOf("127.5.1.2:80"), 5);
  assert.equal(networkOf("10.127.0.1:80"), undefined);
  assert.equal(networkOf("0.0.0.0:80"), undefined);
});

test("a network is reserved once, and not while a process listens in it", async () => {
  const network = (await reserveNetwork(temporaryNetworks)) ?? "";
  const number = networkOf(`${network}.0.1`) ?? 0;
  assert.equal(await reserveNetwork({ first: number, count: 1 }), undefined);
  assert.ok(!readListeningNetworks().has(number));
  const server = createServer().listen(0, `${network}.7.7`);
  await once(server, "listening");
  assert.ok(readListeningNetworks().has(number));
  server.close();
});

test("a reserved network is free again when its process ends, however it ends", async () => {
  // Beyond the last address, so that no other process uses it.
  const range = { first: 1000 + process.pid, count: 1 };
  const module = join(import.meta.dirname, "..", "..", "machine", "loopback-networks.ts");
  const program = `
    const { reserveNetwork } = await import(${JSON.stringify(module)});
    console.log(await reserveNetwork(${JSON.stringify(range)}));
    setInterval(() => {}, 1000);`;
  const holder = execa(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
    buffer: false,
    reject: false,
  });
  const [printed] = await once(holder.stdout!, "data");
  assert.equal(String(printed).trim(), `127.${range.first}`);
  assert.equal(await reserveNetwork(range), undefined);
  holder.kill("SIGKILL");
  await holder;
  assert.equal(await reserveNetwork(range), `127.${range.first}`);
});

test("the holder of a name is asked for its text", async () => {
  const name = `dmm-env-test-${process.pid}`;
  assert.equal(await readSocketName(name, 60_000), undefined);
  assert.equal(await reserveSocketName(name, "held by a test"), true);
  assert.equal(await reserveSocketName(name, "someone else"), false);
  assert.equal(await readSocketName(name, 60_000), "held by a test");
});
