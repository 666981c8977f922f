import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { before, t, test } from "tap";
import { digestContent } from "../../image/digest.ts";
import { reserveNetwork } from "../loopback.ts";
import { waitUntil } from "../wait-until.ts";
import { AssembledImage } from "./assembled-image.ts";
import { Role, statusAt, variablesAt } from "./role.ts";

const network = await reserveNetwork();

let image: AssembledImage;
let digest: string;
let asBuilt: readonly string[];

before(async () => {
  image = new AssembledImage();
  digest = digestContent({ folder: image.folder, workspace: "gateway" });
  image.noteDigest(digest);
  await using warm = new Role(image, "warm");
  assert.deepEqual(await warm.ended, { code: 0, signal: null }, warm.stderr);
  image.lock();
  asBuilt = image.listing();
});
t.teardown(() => image[Symbol.dispose]());

test("the image's content has the digest of the checkout that it was built from", async () => {
  assert.equal(digest, image.origin);
});

const roles = [
  { name: "stub", host: `${network}.0.1`, ready: 200, says: /"msg":"serving"/ },
  {
    name: "admin",
    host: `${network}.0.2`,
    ready: 503,
    says: /ECONNREFUSED.*"msg":"waiting for the database"/,
  },
  {
    name: "gateway",
    host: `${network}.0.3`,
    ready: 503,
    says: /ECONNREFUSED.*"msg":"waiting for the database"/,
  },
];

for (const { name, host, ready, says } of roles) {
  test(`the role ${name} starts from a read-only image, is live, reports its readiness, compiles nothing and drains`, async () => {
    const variables = variablesAt(host);
    await using role = new Role(image, name, {
      variables: { ...variables, NODE_DEBUG_NATIVE: "COMPILE_CACHE" },
    });
    await waitUntil(`${name} to say ${says}`, () => says.test(role.stdout), 60_000);
    assert.equal(await statusAt(host, "/health/live"), 200);
    assert.equal(await statusAt(host, "/health/ready"), ready);
    await using probe = new Role(image, "health", { variables });
    assert.deepEqual(await probe.ended, { code: 0, signal: null }, probe.stderr);
    role.kill("SIGTERM");
    assert.deepEqual(await role.ended, { code: 0, signal: null });
    assert.match(role.stdout, /"msg":"closed"/);
    assert.deepEqual(role.compiled, []);
    assert.ok(role.cached > 50, `${role.cached} modules came from the compile cache`);
    assert.deepEqual(image.listing(), asBuilt, "nothing was written");
  });
}

test("a serving role reports the digest of its content", async () => {
  await using role = new Role(image, "stub", { variables: variablesAt(`${network}.0.4`) });
  await waitUntil("the stub", () => role.stdout.includes('"msg":"serving"'), 10_000);
  assert.ok(role.stdout.includes(`"image":"${digest}"`), role.stdout);
});

test("the health check ends with 1 and the reason if no process is live, and with invalid settings", async () => {
  await using alone = new Role(image, "health", { variables: variablesAt(`${network}.0.5`) });
  assert.deepEqual(await alone.ended, { code: 1, signal: null });
  assert.ok(alone.stderr.startsWith(`not live: ${network}.0.5:8080: connect ECONNREFUSED`), alone.stderr);
  await using wrong = new Role(image, "health", { variables: { PORT: "http" } });
  assert.deepEqual(await wrong.ended, { code: 1, signal: null });
  assert.match(wrong.stderr, /^not live: [\s\S]*PORT is "http"/);
});

test("a second SIGTERM ends a role immediately, with workers too", async () => {
  for (const [workers, host] of [
    ["1", `${network}.0.6`],
    ["2", `${network}.0.7`],
  ] as const) {
    const variables = { ...variablesAt(host), GATEWAY_WORKERS: workers, DRAIN_QUIET_MS: "15000" };
    await using role = new Role(image, "gateway", { variables });
    const said = (word: string) => role.stdout.split(`"msg":"${word}"`).length - 1;
    await waitUntil("every worker", () => said("waiting for the database") === Number(workers), 60_000);
    role.kill("SIGTERM");
    await waitUntil("every worker to drain", () => said("draining") === Number(workers));
    role.kill("SIGTERM");
    assert.deepEqual(await role.ended, { code: 1, signal: null });
    assert.equal(said("shutdown forced by a second signal"), Number(workers));
  }
});

test("a signal that the role does not handle ends it too, although the kernel blocks it for a container's first process", async () => {
  const host = `${network}.0.8`;
  const silent = createServer().listen(8080, host);
  await once(silent, "listening");
  const signalled = `process.once("newListener", () => setImmediate(() => process.kill(process.pid, "SIGTERM")))`;
  try {
    await using role = new Role(image, "health", {
      variables: variablesAt(host),
      node: ["--import", `data:text/javascript,${encodeURIComponent(signalled)}`],
    });
    assert.deepEqual(await role.ended, { code: 143, signal: null }, role.stderr);
  } finally {
    silent.close();
  }
});
