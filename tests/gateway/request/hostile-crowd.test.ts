import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { StartedBadUpstream } from "../bad-upstream.ts";
import { Chance } from "../chance.ts";
import { describeBytes, type Seen, StartedHonestUpstream } from "../honest-upstream.ts";
import { upstreamTricks } from "../hostile-upstream.ts";
import { visit } from "../hostile-visit.ts";
import { get, post } from "../odd-requests.ts";
import { OpenClient } from "../open-client.ts";
import { readRunning } from "../running.ts";
import { issueToken } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const block = await reserveNetwork();
/** For longer and different runs: `DMM_ENV_CROWD_MS=20000 DMM_ENV_CROWD_SEED=7 node --test …`. */
const crowdMs = Number(process.env.DMM_ENV_CROWD_MS ?? 5000);
const seed = Number(process.env.DMM_ENV_CROWD_SEED ?? 1);
const hostileClients = 24;
/** Connections of the regular requests of this process. */
const ownConnections = 30;

let platform: StartedPlatform;
let honest: StartedHonestUpstream;
let bad: StartedBadUpstream;
let origin: string;
let token: string;

before(async () => {
  platform = await StartedPlatform.start(block);
  origin = platform.gateway.origin;
  honest = await StartedHonestUpstream.start(`${block}.1.21`);
  const behaviours = Object.fromEntries(
    Object.entries(upstreamTricks).map(([name, { does }]) => [name, does]),
  );
  bad = await StartedBadUpstream.start(`${block}.1.22`, {
    ...behaviours,
    honest: (socket, head) => {
      const body = /id=(\w+)/.exec(head)?.[1] ?? "";
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    },
  });
  const columns = { first_byte_limit_ms: 20_000, idle_limit_ms: 1000, retries: 0 };
  await platform.addRoute("h", { origins: [honest.origin], columns });
  await platform.addRoute("bad", {
    origins: [bad.origin],
    columns: { ...columns, first_byte_limit_ms: 3000 },
  });
  token = await issueToken(platform.gateway);
});

t.teardown(() => Promise.all([honest?.stop(), bad?.stop(), platform?.stop()]));

const proc = () => `/proc/${platform.gateway.process.child.pid}`;
const residentMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`${proc()}/status`, "utf8"))![1]) / 1024;

/** Client connections that the gateway has not closed. */
function countClients(): number {
  const address = new URL(origin).hostname.split(".").reverse();
  const place = `${address.map((part) => Number(part).toString(16).padStart(2, "0")).join("")}:1f90`;
  const lines = readFileSync("/proc/net/tcp", "utf8").split("\n");
  const fields = lines.map((line) => line.trim().split(/\s+/));
  // The listener's state is 0A; closed sockets have no inode.
  return fields.filter(
    ([, local, , state, , , , , , inode]) =>
      local?.toLowerCase() === place && state !== "0A" && inode !== "0",
  ).length;
}

async function proveQuiet(): Promise<void> {
  let running: readonly string[] = [];
  const settled = async () => {
    running = await readRunning(origin);
    return running.length === 0;
  };
  await waitUntil("all counts are zero", settled).catch((error: Error) => {
    throw new Error(`${error.message}: ${running.join(", ")}`);
  });
  assert.equal(platform.gateway.process.exited, false);
  assert.doesNotMatch(platform.gateway.process.output, /uncaught|unhandled|request failed/);
}

test("500 clients that disconnect at any moment leave nothing behind", async () => {
  const chance = new Chance(seed);
  const bearer = `Authorization: Bearer ${token}\r\n`;
  const texts = [
    get("/verify/echo", bearer),
    get("/verify/slow?ms=500", bearer),
    get("/h/wait?ms=200"),
    get("/h/endless"),
    get("/bad/unresponsive"),
    get("/bad/ended"),
    post("/h/echo", "Content-Length: 50000\r\n", "x".repeat(50_000)),
    post("/h/echo", "Transfer-Encoding: chunked\r\n", "3e8\r\n".concat("x".repeat(1000), "\r\n0\r\n\r\n")),
    post("/oauth2/token", "Content-Length: 30\r\n", "grant_type=client_credentials&"),
    get("/h/echo", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
  ];
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let count = 0; count < 25; count++) {
        const client = new OpenClient(origin);
        const text = chance.pick(texts);
        client.send(chance.below(3) === 0 ? text.slice(0, chance.below(text.length)) : text);
        await new Promise((done) => setTimeout(done, chance.below(40)));
        if (chance.below(2) === 0) client.leave();
        else client.reset();
      }
    }),
  );
  await proveQuiet();
  await waitUntil("their connections are closed", () => countClients() <= ownConnections);
});

let asked = 0;

/** One regular request, whose response must be its own. */
async function askHonestly(chance: Chance): Promise<void> {
  const id = `i${asked++}`;
  const length = chance.below(4) === 0 ? chance.below(300_000) : chance.below(3000);
  const authorization = `Bearer ${token}`;
  switch (chance.below(4)) {
    case 0: {
      const path = `/h/bytes?id=${id}&n=${length}${chance.below(2) === 0 ? "&chunked" : ""}`;
      assert.equal(await ask(path), describeBytes(id, length), path);
      return;
    }
    case 1: {
      const body = describeBytes(id, length);
      const init = chance.below(2) === 0 ? { body } : { body: new Blob([body]).stream(), duplex: "half" };
      const seen = JSON.parse(
        await ask(`/h/echo?id=${id}`, { method: "POST", ...init } as RequestInit),
      ) as Seen;
      const digest = createHash("sha256").update(body).digest("hex");
      assert.deepEqual([seen.url, seen.bytes, seen.digest], [`/h/echo?id=${id}`, length, digest]);
      return;
    }
    case 2:
      assert.match(
        await ask(`/verify/echo?id=${id}`, { headers: { authorization } }),
        new RegExp(`\\?id=${id}"`),
      );
      return;
    default:
      assert.equal(await ask(`/bad/honest?id=${id}`), id);
  }
}

async function ask(path: string, init: RequestInit = {}): Promise<string> {
  const response = await fetch(origin + path, init).catch((error: Error) => {
    throw new Error(`${init.method} ${path}`, { cause: error });
  });
  const text = await response.text();
  assert.equal(response.status, 200, `${path}: ${text.slice(0, 300)}`);
  return text;
}

test("regular requests get their own responses among hostile clients and upstreams", async (context) => {
  const chance = new Chance(seed);
  for (let count = 0; count < 200; count++) await askHonestly(chance);
  const before = residentMb();
  const until = Date.now() + crowdMs;
  let visits = 0;
  const crowd = Array.from({ length: hostileClients }, async () => {
    for (; Date.now() < until; visits++) await visit(origin, chance);
  });
  const others = Array.from({ length: 6 }, async () => {
    while (Date.now() < until) await askHonestly(chance);
  });
  await Promise.all([...others, ...crowd]);
  await proveQuiet();
  await waitUntil("the crowd's connections are closed", () => countClients() <= ownConnections);
  const mb = residentMb();
  context.comment(
    `seed ${seed}: ${asked} honest requests, ${visits} hostile clients, ${before.toFixed(0)} to ${mb.toFixed(0)} MB`,
  );
  assert.ok(mb < before + 100, `${before} MB before, ${mb} MB after`);
});
