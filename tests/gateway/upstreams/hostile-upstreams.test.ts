import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { execa } from "execa";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { StartedBadUpstream } from "../bad-upstream.ts";
import { upstreamTricks } from "../hostile-upstream.ts";
import { OpenClient } from "../open-client.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const block = await reserveNetwork();
const columns = { first_byte_limit_ms: 400, idle_limit_ms: 300, retries: 0 };

let platform: StartedPlatform;
let upstream: StartedBadUpstream;
let origin: string;

before(async () => {
  platform = await StartedPlatform.start(block);
  origin = platform.gateway.origin;
  const behaviours = Object.fromEntries(
    Object.entries(upstreamTricks).map(([name, { does }]) => [name, does]),
  );
  upstream = await StartedBadUpstream.start(`${block}.1.21`, {
    ...behaviours,
    headFirst: (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
      setTimeout(() => socket.write("late"), 200);
    },
    honest: (socket, head) => {
      const body = /id=(\w+)/.exec(head)![1]!;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    },
  });
  await platform.addRoute("bad", { origins: [upstream.origin], columns });
});

t.teardown(() => Promise.all([upstream?.stop(), platform?.stop()]));

/** `200 body`, `200 cut`, the status of the gateway's own errors, or `cut`. */
async function ask(path: string, method = "GET"): Promise<string> {
  const init = method === "POST" ? { method, body: "content" } : { method };
  const response = await fetch(origin + path, init).catch(() => undefined);
  if (response === undefined) return "cut";
  const text = await response.text().catch(() => "cut");
  return text.includes("DMM_GATEWAY_UPSTREAM_") ? String(response.status) : `${response.status} ${text}`;
}

let asked = 0;

/** No byte of an earlier response may be in this one. */
async function askHonestly(): Promise<void> {
  const id = `honest${asked++}`;
  assert.equal(await ask(`/bad/honest?id=${id}`), `200 ${id}`);
}

for (const [name, { method, expected, plants }] of Object.entries(upstreamTricks))
  test(`an upstream's trick "${name}" gets ${expected}, and affects no other request`, async () => {
    assert.equal(await ask(`/bad/${name}`, method), expected);
    const { connections } = upstream;
    if (plants) await waitUntil("the connection is closed", () => upstream.connections < connections);
    await askHonestly();
    await askHonestly();
  });

test("a truncated response is reset if only the end of the connection could mark its end", async () => {
  for (const name of ["chunkEnded", "shortStalled", "unframedReset"]) {
    const client = new OpenClient(origin);
    client.send(`GET /bad/${name} HTTP/1.0\r\nHost: a\r\n\r\n`);
    await waitUntil("it is closed", () => client.closed);
    assert.deepEqual([client.statuses, client.error], [[200], "ECONNRESET"], name);
  }
});

test("a response's header section does not wait for its body", async () => {
  const client = new OpenClient(origin);
  client.send("GET /bad/headFirst HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.waitFor("\r\n\r\n");
  assert.ok(!client.text.includes("late"));
  await client.waitFor("late");
  client.leave();
});

test("no byte of a planted response reaches the next client", async () => {
  for (let round = 0; round < 10; round++) {
    assert.equal(await ask("/bad/planted"), "200 ok");
    const connections = upstream.connections;
    await waitUntil(
      "the connection with the planted response to close",
      () => upstream.connections < connections,
    );
    await askHonestly();
  }
});

test("an upstream that responds before the request is not reused over that connection", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst");
    // Its response to the actual request.
    socket.on("data", () =>
      setTimeout(() => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL"), 5),
    );
  });
  await new Promise<void>((resolve) => server.listen(8080, `${block}.1.22`, resolve));
  try {
    await platform.addRoute("greeting", { origins: [`http://${block}.1.22:8080`], columns });
    for (let round = 0; round < 5; round++) {
      assert.equal(await ask("/greeting/x"), "200 first");
      await waitUntil("the connection is closed", async () => (await count(server)) === 0);
    }
  } finally {
    server.close();
  }
});

const count = (server: ReturnType<typeof createServer>) =>
  new Promise<number>((resolve) => server.getConnections((_error, number) => resolve(number)));

test("an upstream that never accepts yields 504 at its connect timeout", async () => {
  const host = `${block}.1.23`;
  const program = `require("net").createServer().listen({host:"${host}",port:8080,backlog:1},()=>console.log("up"))`;
  const child = execa(process.execPath, ["-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
    buffer: false,
    reject: false,
  });
  await once(child.stdout, "data");
  child.kill("SIGSTOP");
  // The kernel accepts in its place until the backlog is full.
  const filling = Array.from({ length: 3 }, () => connect({ host, port: 8080 }).on("error", () => {}));
  try {
    const { database } = platform.testBed;
    await platform.addRoute("full", {
      origins: [`http://${host}:8080`],
      columns: { first_byte_limit_ms: 60_000, retries: 0 },
    });
    await database.query("UPDATE upstreams SET connect_limit_ms = 300 WHERE name = 'full'");
    await platform.publish();
    const began = performance.now();
    assert.equal(await ask("/full/x"), "504");
    assert.ok(performance.now() - began < 30_000);
  } finally {
    for (const socket of filling) socket.destroy();
    child.kill("SIGKILL");
  }
});

test("after all that nothing runs, nothing leaks, and no internal error occurred", async () => {
  const { output } = platform.gateway.process;
  assert.doesNotMatch(output, /uncaught|unhandled|request failed/);
  const text = await (await fetch(`${origin}/metrics`)).text();
  const busy = text.match(
    /^gateway_(?:requests_in_flight|upstream_requests_in_flight\S*|upstream_connections\S*busy\S*) .*/gm,
  )!;
  assert.ok(busy.length > 5, text);
  for (const line of busy) assert.match(line, / 0$/);
});
