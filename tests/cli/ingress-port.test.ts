import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { test } from "tap";
import { chooseIngressPort } from "../../cli/environment/ingress-port.ts";
import { listensEverywhere } from "../../machine/listeners.ts";
import { reserveNetwork } from "../loopback.ts";

const network = Number((await reserveNetwork()).split(".")[1]);

async function listen(port: number, host: string): Promise<Server & AsyncDisposable> {
  const server = createServer();
  server.listen(port, host);
  await once(server, "listening");
  return server as Server & AsyncDisposable;
}

test("an environment gets production's port if this user may bind it", async () => {
  assert.equal(await chooseIngressPort(network, 9753), 9753);
});

test("a port that another program uses on every address is skipped", async () => {
  await using _taken = await listen(9753, "0.0.0.0");
  assert.notEqual(await chooseIngressPort(network, 9753), 9753);
});

test("as one port after the other is taken, another one is found each time", async () => {
  const servers: Server[] = [];
  const ports = new Set<number>();
  for (let round = 0; round < 6; round++) {
    const port = await chooseIngressPort(network, 9753);
    ports.add(port);
    servers.push(await listen(port, `127.${network}.0.9`));
  }
  for (const server of servers) server.close();
  assert.equal(ports.size, 6);
  assert.ok(ports.has(9753));
});

test("a listener on every address is distinguished from one on a single address", async () => {
  await using _one = await listen(9754, `127.${network}.0.9`);
  assert.equal(listensEverywhere(9754), false);
  await using _every = await listen(9755, "0.0.0.0");
  assert.equal(listensEverywhere(9755), true);
});
