import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { test } from "tap";
import { generate } from "../../bench/gateway/load/generator.ts";
import { renderRequest } from "../../bench/gateway/load/plan.ts";
import { reserveNetwork } from "../loopback.ts";

const network = await reserveNetwork();

const host = `${network}.1.1`;

async function withServer(listener: RequestListener, use: (port: number) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, host);
  await once(server, "listening");
  try {
    await use((server.address() as { port: number }).port);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const requests = [
  renderRequest("/a", "bench", { accept: "*/*" }),
  renderRequest("/b", "bench", { accept: "*/*" }),
];

test("a closed loop counts the server's responses, sending its requests in turn", async () => {
  const seen: Record<string, number> = {};
  await withServer(
    (request, response) => {
      seen[request.url!] = (seen[request.url!] ?? 0) + 1;
      response.end("x".repeat(1024));
    },
    async (port) => {
      const report = await generate(
        { destination: { host, port }, requests, connections: 4, seconds: 0.5 },
        "anywhere",
      );
      assert.ok(report.sent > 20);
      assert.deepEqual(report.kinds, { "200": report.sent });
      assert.equal(seen["/a"]! + seen["/b"]!, report.sent);
      assert.ok(Math.abs(seen["/a"]! - seen["/b"]!) <= 1);
    },
  );
});

test("an open loop continues while responses stall, and charges the stall to every delayed request", async () => {
  const begun = Date.now();
  let stalledUntil = 0;
  await withServer(
    (_request, response) => {
      stalledUntil ||= Date.now() + 400;
      setTimeout(() => response.end("late"), Math.max(0, stalledUntil - Date.now()));
    },
    async (port) => {
      const report = await generate(
        { destination: { host, port }, requests, connections: 200, seconds: 1, arrivalsPerSecond: 200 },
        "anywhere",
      );
      assert.equal(report.planned, 200);
      assert.equal(report.sent + report.unsent, 200);
      // The last ones fall due at the moment when it ends.
      assert.ok(report.sent >= 190, `${report.sent} were sent`);
      assert.ok(report.response.p50 < 350, `p50 ${report.response.p50}`);
      assert.ok(report.response.max >= 390, `max ${report.response.max}`);
      assert.ok(report.response.p95 >= 250, `p95 ${report.response.p95}: a stall of 400 ms hides`);
    },
  );
  assert.ok(Date.now() - begun < 20_000);
});

test("an open loop counts requests beyond its connections as unsent", async () => {
  await withServer(
    () => {},
    async (port) => {
      const report = await generate(
        { destination: { host, port }, requests, connections: 5, seconds: 0.5, arrivalsPerSecond: 100 },
        "anywhere",
      );
      assert.equal(report.sent, 5);
      assert.equal(report.unsent, report.planned - 5);
      assert.deepEqual(report.kinds, { "no response": 5 });
    },
  );
});

test("a response that cannot be delimited is reported and not counted as good", async () => {
  await withServer(
    (_request, response) => {
      response.write("a");
      response.end("b");
    },
    async (port) => {
      const report = await generate(
        { destination: { host, port }, requests, connections: 1, seconds: 0.2 },
        "anywhere",
      );
      assert.deepEqual(report.kinds, { "a response without Content-Length": 1 });
    },
  );
});

test("a load is sent to this machine only", async () => {
  const plan = { destination: { host: "10.0.0.1", port: 80 }, requests, connections: 1, seconds: 1 };
  await assert.rejects(generate(plan), /not a loopback address/);
});
