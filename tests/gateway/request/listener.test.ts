import assert from "node:assert/strict";
import type { RequestListener, Server, ServerResponse } from "node:http";
import { test } from "tap";
import { createListener, type ListenerOptions, listen } from "../../../gateway/listener.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { close, get } from "../odd-requests.ts";
import { OpenClient } from "../open-client.ts";

const network = await reserveNetwork();

const host = `${network}.2.1`;
const origin = `http://${host}:8080`;

async function withListener(
  options: ListenerOptions,
  listener: RequestListener,
  use: (server: Server) => Promise<void>,
): Promise<void> {
  const server = createListener(listener, options);
  await listen(server, { host, port: 8080, shared: false });
  try {
    await use(server);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test("a connection beyond the limit gets an error, and the next one takes its place", async () => {
  await withListener(
    { mostConnections: 2 },
    (_request, response) => response.end("served"),
    async () => {
      const clients = [1, 2, 3].map(() => new OpenClient(origin));
      const [first, second, third] = clients as [OpenClient, OpenClient, OpenClient];
      for (const client of clients) {
        client.send(get("/"));
        await client.waitFor("HTTP/1.1");
      }
      await third.waitUntilEnded();
      assert.deepEqual([first.statuses, second.statuses, third.statuses], [[200], [200], [503]]);
      assert.match(third.text, /retry-after: 1\r\n[\s\S]*DMM_GATEWAY_CONNECTIONS_EXCEEDED/);
      first.leave();
      third.leave();
      await waitUntil("there is a place", async () => {
        const client = new OpenClient(origin);
        client.send(get("/", close));
        await client.waitUntilEnded();
        return client.statuses[0] === 200;
      });
      second.leave();
    },
  );
});

test("a client that reads nothing of a finished response is cut, and one that waits for its response is not", async () => {
  let asked = 0;
  let late: ServerResponse | undefined;
  await withListener(
    { unreadMs: 200 },
    (request, response) => {
      asked++;
      if (request.url === "/large") response.end("x".repeat(20_000_000));
      else late = response;
    },
    async (server) => {
      const [deaf, patient] = [new OpenClient(origin), new OpenClient(origin)];
      deaf.socket.pause();
      deaf.send(get("/large"));
      patient.send(get("/late"));
      await waitUntil("both are asked for", () => asked === 2);
      const connections = () =>
        new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
      await waitUntil("one is cut", async () => (await connections()) === 1);
      // By then the patient client has waited longer than the limit, too.
      await new Promise((resolve) => setTimeout(resolve, 300));
      late!.end("late");
      await patient.waitFor("late");
      deaf.leave();
      patient.leave();
    },
  );
});
