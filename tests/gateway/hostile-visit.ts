import type { Chance } from "./chance.ts";
import { upstreamTricks } from "./hostile-upstream.ts";
import { get, oddRequests, post } from "./odd-requests.ts";
import { OpenClient } from "./open-client.ts";

const odd = Object.values(oddRequests).map(([text]) => text);
/** Without those whose bytes could reach another client on the same connection. */
const tricks = Object.entries(upstreamTricks).filter(([, { plants }]) => plants !== true);

/** Malicious client input. */
const texts: readonly ((chance: Chance) => string)[] = [
  (chance) => chance.pick(odd),
  (chance) => mutate(chance.pick(odd), chance),
  (chance) => mutate(get(`/h/bytes?id=x&n=${chance.below(200_000)}`), chance),
  (chance) => Array.from({ length: chance.below(40) }, () => get(`/h/wait?ms=${chance.below(30)}`)).join(""),
  (chance) => Array.from({ length: chance.below(8) }, () => chance.pick(odd)).join(""),
  (chance) => String.fromCharCode(...Array.from({ length: chance.below(400) }, () => chance.below(256))),
  () => get("/h/endless"),
  (chance) => get("/h/echo", "a:\r\n".repeat(chance.below(400))),
  (chance) => get("/h/echo", `X-A: ${"a".repeat(chance.below(20_000))}\r\n`),
  (chance) =>
    post("/h/echo", `Content-Length: ${chance.below(200_000)}\r\n`, "x".repeat(chance.below(150_000))),
  (chance) => post("/h/early", "Transfer-Encoding: chunked\r\n", "1\r\nx\r\n".repeat(chance.below(2000))),
  (chance) => get("/verify/echo", `Authorization: Bearer ${"t".repeat(chance.below(600))}\r\n`),
  (chance) => {
    const [name, { method }] = chance.pick(tricks);
    return method === "POST" ? post("/bad/early", "Content-Length: 3\r\n", "abc") : get(`/bad/${name}`);
  },
];

function mutate(text: string, chance: Chance): string {
  const at = chance.below(text.length);
  const put = String.fromCharCode(chance.below(256)).repeat(chance.below(3));
  return text.slice(0, at) + put + text.slice(at + chance.below(3));
}

/** How a client disconnects, after a short wait or after reading for a while. */
const ends: readonly ((client: OpenClient) => void)[] = [
  (client) => client.leave(),
  (client) => client.reset(),
  (client) => client.socket.end(),
  () => {},
];

/** One hostile client from its connection to its end, in less than half a second. */
export async function visit(origin: string, chance: Chance): Promise<void> {
  const client = new OpenClient(origin);
  if (chance.below(4) === 0) client.socket.pause();
  const text = chance.pick(texts)(chance);
  const cutAt = chance.below(2) === 0 ? text.length : chance.below(text.length + 1);
  const breakAt = chance.below(cutAt + 1);
  client.send(text.slice(0, breakAt));
  await pass(chance.below(20));
  if (!client.closed) client.send(text.slice(breakAt, cutAt));
  await pass(chance.below(150));
  chance.pick(ends)(client);
  await pass(chance.below(100));
  client.leave();
}

const pass = (ms: number) => new Promise((done) => setTimeout(done, ms));
