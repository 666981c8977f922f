import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { before, t, test } from "tap";
import { notificationPath } from "../../../gateway/fleet/notification.ts";
import { identityPrefixes, requestRules } from "../../../gateway/headers/header-rules.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { type Seen, StartedHonestUpstream } from "../honest-upstream.ts";
import { close, get, oddRequests, post } from "../odd-requests.ts";
import { OpenClient } from "../open-client.ts";
import { readRunning } from "../running.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const block = await reserveNetwork();
let platform: StartedPlatform;
let upstream: StartedHonestUpstream;
let origin: string;
/** Opened first and checked last, because the time limit of a header section is ten seconds. */
let slow: { readonly trickling: OpenClient; readonly mute: OpenClient; readonly second: OpenClient };

before(async () => {
  platform = await StartedPlatform.start(block);
  origin = platform.gateway.origin;
  upstream = await StartedHonestUpstream.start(`${block}.1.21`);
  await platform.addRoute("h", {
    origins: [upstream.origin],
    methods: "GET POST OPTIONS",
    columns: { first_byte_limit_ms: 60_000, idle_limit_ms: 500, body_limit_bytes: 100_000, retries: 0 },
  });
  await platform.addRoute("w", {
    origins: [upstream.origin],
    columns: { idle_limit_ms: 500, whole_limit_ms: 600, retries: 0 },
  });
  slow = { trickling: new OpenClient(origin), mute: new OpenClient(origin), second: new OpenClient(origin) };
  slow.trickling.send("GET /h/echo HTTP/1.1\r\nHost: a\r\n");
  slow.second.send("GET /h/echo HTTP/1.1\r\nHost: a\r\n\r\nGET /h/echo HTTP/1.1\r\nHost");
});

t.teardown(async () => {
  for (const client of Object.values(slow ?? {})) client.leave();
  await Promise.all([upstream?.stop(), platform?.stop()]);
});

/** The responses to these bytes on a separate connection, until it ends. */
async function send(text: string): Promise<OpenClient> {
  const client = new OpenClient(origin);
  client.send(text);
  await client.waitUntilEnded();
  client.leave();
  return client;
}

test("200 fields are accepted, and more are refused with all of them", async () => {
  const fill = (count: number) => Array.from({ length: count }, (_, index) => `f${index}: 1\r\n`).join("");
  const most = await send(get("/h/echo", fill(198) + close));
  assert.deepEqual(most.statuses, [200]);
  assert.equal(most.text.match(/"f\d+"/g)!.length, 198);
  for (const hidden of [
    "Host: b",
    "X-Forwarded-For: 10.0.0.1",
    "Transfer-Encoding: chunked",
    "Connection: f1",
  ])
    for (const count of [199, 1100, 3000]) {
      const { statuses, text } = await send(
        get("/metrics", `${fill(count).replace(/f\d+: 1/g, "a:")}${hidden}\r\n`),
      );
      assert.deepEqual(statuses, [431], `${count} ${hidden}`);
      assert.match(text, /DMM_GATEWAY_HEADERS_TOO_LARGE/);
    }
});

test("16 KiB is the limit of all fields together, and of a target", async () => {
  const parts = {
    value: (length: number) => get("/h/echo", `X-Long: ${"v".repeat(length)}\r\n${close}`),
    name: (length: number) => get("/h/echo", `X-${"n".repeat(length)}: v\r\n${close}`),
    query: (length: number) => get(`/h/echo?${"q".repeat(length)}`, close),
  };
  for (const [part, write] of Object.entries(parts)) {
    assert.deepEqual((await send(write(15_900))).statuses, [200], part);
    const tooLong = part === "query" ? 414 : 431;
    for (const length of [16_400, 40_000, 60_000])
      assert.deepEqual((await send(write(length))).statuses, [tooLong], `${part} of ${length}`);
  }
});

test("no identity field reaches an upstream, in any spelling", async () => {
  const framing = ["connection", "transfer-encoding", "content-length", "host", "expect", "upgrade"];
  // Lists the proxies of the request, not its client: it is extended.
  framing.push("via");
  // Forwarded without the gateway's own.
  framing.push("cookie");
  const names = [...requestRules.keys(), ...identityPrefixes.map((prefix) => `${prefix}x`)];
  const fields = names
    .filter((name) => !framing.includes(name))
    .flatMap((name) => [name, name.toUpperCase(), name.replaceAll("-", "_"), name.replace("-", ".")])
    .map((name) => `${name}: evil\r\n`);
  for (let index = 0; index < fields.length; index += 150) {
    const { statuses, text } = await send(get("/h/echo", fields.slice(index, index + 150).join("") + close));
    assert.deepEqual(statuses, [200]);
    assert.doesNotMatch(text, /evil/);
  }
});

test("pipelined requests run one after the other and get their responses in order", async () => {
  upstream.mostRunning = 0;
  const waits = [120, 0, 60, 0, 30];
  const client = await send(
    waits.map((ms, index) => get(`/h/wait?ms=${ms}&n=${index}`, index === 4 ? close : "")).join(""),
  );
  assert.deepEqual(client.statuses, [200, 200, 200, 200, 200]);
  assert.deepEqual(
    [...client.text.matchAll(/&n=(\d)"/g)].map((match) => match[1]),
    ["0", "1", "2", "3", "4"],
  );
  assert.equal(upstream.mostRunning, 1);
});

test("requests after one that closes the connection never run", async () => {
  const client = await send(get("/h/wait?ms=50", close) + get("/h/behind").repeat(3));
  assert.deepEqual(client.statuses, [200]);
  assert.ok(!upstream.begun.has("/h/behind"));
});

test("a connection with more than 32 waiting requests is cut, and the last ones never run", async () => {
  const client = await send(get("/h/wait?ms=300").repeat(40));
  assert.deepEqual(client.statuses, []);
  await waitUntil("nothing runs", () => upstream.running === 0);
});

test("nothing in a body is read as a request, even if the body is refused", async () => {
  const inner = get("/h/inner");
  const length = `Content-Length: ${inner.length}\r\n`;
  const chunked = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
  for (const path of ["/h/echo", "/nowhere"])
    for (const text of [
      post(path, length + close, inner),
      post(path, `Transfer-Encoding: chunked\r\n${close}`, chunked),
    ])
      assert.equal((await send(text)).statuses.length, 1, text);
  const tooLarge = post(
    "/h/echo",
    "Content-Length: 200000\r\n",
    inner.repeat(100) + " ".repeat(200_000) + inner,
  );
  assert.deepEqual((await send(tooLarge)).statuses, [413]);
  assert.ok(![...upstream.whole, ...upstream.broken].includes("/h/inner"));
});

test("garbage after complete requests gets a response after theirs, garbage during a response does not", async () => {
  const behind = await send(`${get("/h/wait?ms=100")}${get("/h/wait?ms=50")}\0garbage\r\n\r\n`);
  assert.deepEqual(behind.statuses, [200, 200, 400]);
  const client = new OpenClient(origin);
  client.send(post("/h/endless", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"));
  await client.waitFor("xxxx");
  client.send("\0garbage\r\n\r\n");
  // The reader of an endless response sees it continue, with nothing else in it.
  await waitUntil("the response to continue", () => client.text.length > 1_000_000);
  client.leave();
  assert.deepEqual(client.statuses, [200]);
});

test("a response that has begun is cut when its request breaks, without further bytes", async () => {
  const client = new OpenClient(origin);
  client.send(post("/h/early", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n"));
  await client.waitFor("early");
  client.send("zz\r\n");
  await client.waitUntilEnded();
  client.leave();
  assert.deepEqual(client.statuses, [200]);
  assert.ok(client.text.endsWith("early\r\n"), client.text);
});

for (const [name, [text, expected]] of Object.entries(oddRequests))
  test(`${name} gets ${expected.join(" and ")}`, async () => {
    assert.deepEqual((await send(text)).statuses, expected);
  });

test("chunk extensions, trailers and their announcement end at the gateway", async () => {
  const more = `Transfer-Encoding: chunked\r\nTrailer: X-Authenticated-Client\r\n${close}`;
  const body = "5;a=b;c\r\nhello\r\n0;d\r\nX-Authenticated-Client: evil\r\nTe: x\r\n\r\n";
  const { text } = await send(post("/h/echo", more, body));
  const seen = JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1)) as Seen;
  assert.deepEqual([seen.bytes, seen.trailers], [5, []]);
  assert.doesNotMatch(JSON.stringify(seen.rawHeaders), /evil|trailer/i);
});

/** How a client breaks off within its chunked content. */
const breaks: Readonly<Record<string, (client: OpenClient) => void>> = {
  leaves: (client) => client.leave(),
  resets: (client) => client.reset(),
  "ends its half": (client) => client.socket.end(),
  "sends what is no chunk": (client) => client.send("zz\r\n"),
  "stops sending": () => {},
};

for (const [name, breakOff] of Object.entries(breaks))
  test(`content of which the client ${name} is never complete for the upstream`, async () => {
    const path = `/h/echo?broken=${encodeURIComponent(name)}`;
    const client = new OpenClient(origin);
    client.send(post(path, "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n"));
    await waitUntil("the upstream has it", () => upstream.begun.has(path));
    breakOff(client);
    await waitUntil("it broke off", () => upstream.broken.includes(path));
    assert.ok(!upstream.whole.includes(path));
    client.leave();
  });

test("a client that ends its half before its response counts as disconnected", async () => {
  const client = new OpenClient(origin);
  client.socket.end(get("/h/wait?ms=60000"));
  await client.waitUntilEnded(30_000);
  await waitUntil("its request is given up", () => upstream.running === 0, 30_000);
});

test("clients that do not read are cut, and do not mark their upstream as unhealthy", async () => {
  for (let count = 0; count < 4; count++) {
    const client = new OpenClient(origin);
    client.socket.pause();
    client.send(get("/h/endless"));
    await waitUntil("it runs", () => upstream.running === 1);
    await waitUntil("it is given up", () => upstream.running === 0);
    client.leave();
  }
  const metrics = await (await fetch(`${origin}/metrics`)).text();
  assert.ok(metrics.includes(`gateway_upstream_healthy{origin="http://${block}.1.21:8080"} 1`));
});

test("a request's total time limit is attributed to the client if the client caused it", async () => {
  const trickling = new OpenClient(origin);
  trickling.send(post("/w/echo", "Content-Length: 1000\r\n", "x"));
  const drip = setInterval(() => trickling.socket.writable && trickling.send("x"), 100);
  await trickling.waitUntilEnded();
  clearInterval(drip);
  trickling.leave();
  assert.deepEqual(trickling.statuses, [408]);
  await waitUntil("nothing runs", () => upstream.running === 0);
});

test("a forged notification does not keep a connection with a body that never comes", async () => {
  const client = new OpenClient(origin);
  client.send(post(notificationPath, "X-Dmm-Signature: x\r\nContent-Length: 10\r\n", "x"));
  await client.waitUntilEnded();
  client.leave();
});

test("a finished request does not keep its connection with a body that continues", async () => {
  const clients = [
    "/health/live",
    "/oauth2/authorize",
    "/oauth2/userinfo",
    "/oauth2/interaction/x/login",
  ].map((path) => {
    const client = new OpenClient(origin);
    client.send(post(path, "Content-Length: 100000\r\n", "x"));
    return client;
  });
  const drip = setInterval(() => {
    for (const client of clients) if (client.socket.writable) client.send("x");
  }, 500);
  try {
    for (const client of clients) await client.waitUntilEnded();
  } finally {
    clearInterval(drip);
    for (const client of clients) client.leave();
  }
  for (const { statuses } of clients) assert.equal(statuses.length, 1);
});

test("a refused connection does not stay open, whatever the client does", async () => {
  const descriptors = () => readdirSync(`/proc/${platform.gateway.process.child.pid}/fd`).length;
  const before = descriptors();
  const refused = [
    "garbage\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    oddRequests["a WebSocket to nowhere"]![0],
  ];
  const clients = refused.flatMap((text) =>
    Array.from({ length: 10 }, () => {
      const client = new OpenClient(origin);
      client.send(text);
      return client;
    }),
  );
  for (const client of clients) await client.waitUntilEnded();
  await waitUntil("they are closed", () => descriptors() <= before + 3);
  for (const client of clients) client.leave();
});

test("a header section has ten seconds, also after another request, and without a byte there is no response", async () => {
  const { trickling, mute, second } = slow;
  const drip = setInterval(() => trickling.socket.writable && trickling.send("X"), 200);
  try {
    await Promise.all(Object.values(slow).map((client) => client.waitUntilEnded(15_000)));
  } finally {
    clearInterval(drip);
  }
  assert.deepEqual([trickling.statuses, mute.text, second.statuses], [[408], "", [200, 408]]);
});

test("after all that nothing runs and no internal error occurred", async () => {
  await waitUntil("all counts are zero", async () => (await readRunning(origin)).length === 0);
  assert.doesNotMatch(platform.gateway.process.output, /uncaught|unhandled|request failed/);
});
