import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { test } from "tap";
import { choosePorts } from "../../cli/environment/ports.ts";
import { reserveNetwork } from "../loopback.ts";

const network = Number((await reserveNetwork()).split(".")[1]);
/** Rarely used, so that the test decides which are taken. */
const production = { servicePort: 18_080, databasePort: 13_306, cachePort: 16_379 };

async function take(port: number, address: string): Promise<Server> {
  const server = createServer().listen(port, address);
  await once(server, "listening");
  return server;
}

test("free ports are production's", async () => {
  assert.deepEqual(await choosePorts(network, production), {});
});

test("a port that another program uses on every address is replaced, and the others stay", async () => {
  const servers = [await take(13_306, "0.0.0.0"), await take(14_306, "::")];
  try {
    assert.deepEqual(await choosePorts(network, production), { databasePort: 15_306 });
  } finally {
    for (const server of servers) server.close();
  }
});

test("the cache's port moves when its bus is unavailable, and no two ports are the same", async () => {
  const server = await take(26_379, "0.0.0.0");
  try {
    assert.deepEqual(await choosePorts(network, production), { cachePort: 17_379 });
    const same = { ...production, databasePort: 17_379 };
    assert.deepEqual(await choosePorts(network, same), { cachePort: 18_379 });
  } finally {
    server.close();
  }
});

test("a program that listens on one address only blocks no port", async () => {
  const server = await take(13_306, "127.0.0.1");
  try {
    assert.deepEqual(await choosePorts(network, production), {});
  } finally {
    server.close();
  }
});
