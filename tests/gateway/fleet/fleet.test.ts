import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { describeAdmin, describePerson } from "../admin/started-admin.ts";
import { DatabaseLine } from "../configuration/database-line.ts";
import { describeGateway, StartedRole, startGateway } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";
import { UnreachableListener } from "./unreachable-listener.ts";

const block = await reserveNetwork();
/** One gateway for each kind of failure. */
const addresses = {
  well: `${block}.1.30`,
  hanging: `${block}.1.31`,
  withoutDatabase: `${block}.1.32`,
  partitioned: `${block}.1.33`,
  killed: `${block}.1.34`,
} as const;
/** The admin site's address for the partitioned one. */
const droppedAddress = `${block}.1.99`;

let platform: StartedPlatform;
let admin: StartedRole;
let line: DatabaseLine;
let dropped: UnreachableListener;
const gateways = new Map<string, StartedRole>();

before(async () => {
  platform = await StartedPlatform.start(block);
  const { testBed, gateway } = platform;
  gateways.set(addresses.well, gateway);
  line = await DatabaseLine.open(`${block}.1.60`, testBed.database.host);
  dropped = await UnreachableListener.start(droppedAddress);
  admin = new StartedRole("admin", `${block}.1.40`, describeAdmin(testBed.database));
  const { withoutDatabase, hanging, partitioned, killed } = addresses;
  for (const address of [hanging, withoutDatabase, partitioned, killed]) {
    const host = address === withoutDatabase ? { DATABASE_HOST: line.host } : {};
    gateways.set(address, new StartedRole("gateway", address, { ...describeGateway(testBed), ...host }));
  }
  await Promise.all([admin, ...gateways.values()].map((role) => role.waitUntilReady()));
  await waitUntil("all are announced", async () =>
    (await readPage()).includes("5 of 5 gateways serve version"),
  );
});
t.teardown(async () => {
  await Promise.all([...gateways.values(), admin].map((role) => role?.process.end()));
  await dropped?.end();
  await line?.close();
  await platform?.stop();
});

async function ask(
  path: string,
  method = "GET",
  json?: object,
): Promise<{ readonly text: string; readonly version: number; readonly propagation: Propagation }> {
  const response = await fetch(admin.origin + path, {
    method,
    headers: {
      ...describePerson("operator"),
      ...(json === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return { text, ...(path.startsWith("/api/") ? JSON.parse(text) : {}) };
}

/** The page as a user reads it. */
async function readPage(): Promise<string> {
  const { text } = await ask("/gateways/live");
  return text.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

interface Propagation {
  readonly version: number;
  readonly acknowledged: number;
  readonly of: number;
  readonly missing: readonly { readonly address: string; readonly problem: string }[];
  readonly gone: readonly { readonly address: string; readonly problem: string }[];
}

async function change(name: string): Promise<Propagation> {
  const { version } = await ask("/api/configuration");
  const changed = await ask(`/api/scopes/${name}?basedOn=${version}`, "PUT", {});
  return changed.propagation;
}

const problemsOf = (deliveries: Propagation["missing"]) =>
  Object.fromEntries(deliveries.map(({ address, problem }) => [address, problem]));

test("gateways that hang, lost the database or are unreachable are counted and named, after a change and as long as it lasts", async () => {
  gateways.get(addresses.hanging)!.process.child.kill("SIGSTOP");
  line.isUnresponsive = true;
  line.isDown = true;
  const { database } = platform.testBed;
  await database.query("UPDATE gateways SET address = ? WHERE address = ?", [
    droppedAddress,
    addresses.partitioned,
  ]);
  const { version, acknowledged, of, missing, gone } = await change("while:unreachable");
  assert.deepEqual([acknowledged, of, gone], [2, 5, []]);
  const problems = problemsOf(missing);
  assert.deepEqual(Object.keys(problems).sort(), [
    addresses.hanging,
    addresses.withoutDatabase,
    droppedAddress,
  ]);
  assert.equal(problems[addresses.hanging], "No response within 1000 ms.");
  assert.match(problems[addresses.withoutDatabase]!, new RegExp(`^It serves version ${version - 1}\\.`));
  assert.equal(problems[droppedAddress], "No connection within 1000 ms.");

  // The partitioned one finds the version by polling; its heartbeat is correct although it is unreachable.
  const behind = `${addresses.hanging}:8080 serves version ${version - 1}. ${addresses.withoutDatabase}:8080 serves version ${version - 1}.`;
  await waitUntil("the page names the two", async () =>
    (await readPage()).includes(`3 of 5 gateways serve version ${version} ${behind}`),
  );
  const lost = `${addresses.hanging}:8080 is unresponsive. No response within 1000 ms. ${addresses.withoutDatabase}:8080 serves version ${version - 1}. It responds but cannot reach the database.`;
  await waitUntil("the page says why, once their announcements are old", async () =>
    (await readPage()).includes(`3 of 5 gateways serve version ${version} ${lost}`),
  );
  const again = await change("while:lost");
  assert.deepEqual([again.acknowledged, again.of], [2, 5]);
  assert.match(
    problemsOf(again.missing)[addresses.withoutDatabase]!,
    /It failed to load the newer version: /,
  );

  gateways.get(addresses.hanging)!.process.child.kill("SIGCONT");
  line.isUnresponsive = false;
  line.isDown = false;
  await waitUntil("all are back", async () =>
    (await readPage()).includes(`5 of 5 gateways serve version ${again.version}`),
  );
});

test("a killed gateway is reported as gone by the next change, and no longer counted", async () => {
  await gateways.get(addresses.killed)!.process.end();
  const { acknowledged, of, missing, gone } = await change("after:kill");
  assert.deepEqual(problemsOf(gone), { [addresses.killed]: "Nothing is listening at its address." });
  assert.deepEqual(
    missing.map(({ address }) => address),
    [droppedAddress],
  );
  assert.deepEqual([acknowledged, of], [3, 4]);
  await waitUntil("the page counts four", async () => {
    const page = await readPage();
    return (
      page.includes("4 of 4 gateways serve version") &&
      page.includes(`${addresses.killed}:8080 gone Nothing is listening at its address.`)
    );
  });
});

test("a killed gateway is found to be gone by a probe once its heartbeat is overdue", async (context) => {
  const extra = await startGateway(`${block}.1.35`, platform.testBed);
  context.teardown(() => extra.process.end());
  await waitUntil("it is announced", async () =>
    (await readPage()).includes("5 of 5 gateways serve version"),
  );
  await extra.process.end();
  await waitUntil("the page counts four", async () => {
    const page = await readPage();
    return page.includes("4 of 4 gateways serve version") && page.includes(`${block}.1.35:8080 gone`);
  });
});

test("a gateway at the address of a killed one is counted once, from its first heartbeat on", async () => {
  const { hanging } = addresses;
  await gateways.get(hanging)!.process.end();
  gateways.set(hanging, await startGateway(hanging, platform.testBed));
  await waitUntil("the newer one is announced", async () => {
    const page = await readPage();
    return (
      page.includes("4 of 4 gateways serve version") && page.includes("A newer gateway uses its address.")
    );
  });
  const { acknowledged, of, gone } = await change("after:reuse");
  assert.deepEqual([acknowledged, of, gone], [3, 4, []]);
});
