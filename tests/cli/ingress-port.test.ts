import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { test } from "tap";
import { chooseIngressPort, listensOnEveryAddress } from "../../cli/environment/ingress-port.ts";

const network = 212;

async function listen(port: number, host: string): Promise<Server & AsyncDisposable> {
  const server = createServer();
  server.listen(port, host);
  await once(server, "listening");
  return server as Server & AsyncDisposable;
}

test("an environment gets production's port where this user may bind it", async () => {
  assert.equal(await chooseIngressPort(network, 9753), 9753);
});

test("a port that another program has on every address is passed over", async () => {
  await using _taken = await listen(9753, "0.0.0.0");
  assert.equal(await chooseIngressPort(network, 9753), 8443);
  await using _next = await listen(8443, "0.0.0.0");
  assert.equal(await chooseIngressPort(network, 9753), 9443);
});

test("where every known port is taken the system chooses one", async () => {
  const servers = await Promise.all(
    [9753, 8443, 9443, 10_443].map((port) => listen(port, `127.${network}.0.9`)),
  );
  const port = await chooseIngressPort(network, 9753);
  for (const server of servers) server.close();
  assert.ok(port > 1023 && ![9753, 8443, 9443, 10_443].includes(port), String(port));
});

test("a listener on every address is told from one on a single address", async () => {
  await using _one = await listen(9754, `127.${network}.0.9`);
  assert.equal(listensOnEveryAddress(9754), false);
  await using _every = await listen(9755, "0.0.0.0");
  assert.equal(listensOnEveryAddress(9755), true);
});
