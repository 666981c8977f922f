import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import { test } from "tap";
import { readClient } from "../../cli/access/client-identity.ts";
import { findIngress, type Ingress, tryAccess } from "../../cli/access/ingress.ts";
import { environmentFolder, type Home } from "../../cli/home.ts";
import { readRegionAddress } from "../../cli/region/address.ts";
import { readLedger } from "../../cli/region/ledger.ts";
import { waitUntil } from "../wait-until.ts";
import { findLeftovers } from "./left-over.ts";
import { runCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";

async function runJson(home: Home, ...args: readonly string[]) {
  const { code, stdout, stderr } = await runCommandLine(home.directory, ...args, "--json");
  assert.ok(stdout, stderr);
  return { code, stderr, ...JSON.parse(stdout) };
}

/** Creates an environment with one insider, kills only its region and returns its ingress, which still serves. */
async function loseRegion(home: Home): Promise<Ingress> {
  const { access, outputs, region } = environmentFolder(home, name);
  const up = await runJson(home, "up", name);
  assert.equal(up.code, 0, up.stderr);
  assert.equal((await runJson(home, "access", "grant", name, "eve", "--for", "1h")).code, 0);
  const address = readRegionAddress(region)!;
  const ingress = findIngress(JSON.parse(readFileSync(outputs, "utf8")), address);
  process.kill(address.pid, "SIGKILL");
  await waitUntil("the region is gone", () => readRegionAddress(region) === undefined);
  const balancers = readLedger(region).filter((entry) => entry.name.startsWith("haproxy/"));
  assert.ok(balancers.length > 0);
  for (const { process: balancer } of balancers) assert.doesNotThrow(() => process.kill(balancer!.pid, 0));
  assert.equal(
    await tryAccess(ingress, readClient(access, "eve")),
    "in",
    "the load balancer outlives its region",
  );
  return ingress;
}

/** An insider's existing connection; resolves when the ingress ends it. */
async function openConnection(ingress: Ingress, client: ReturnType<typeof readClient>) {
  const socket = connect({
    ...ingress.connect,
    servername: ingress.host,
    ca: ingress.authority,
    cert: client.certificate,
    key: client.key,
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => undefined);
  await new Promise<void>((resolve, reject) => {
    socket.once("data", () => resolve()).once("close", reject);
    socket.write(`GET /verify/echo HTTP/1.1\r\nHost: ${new URL(ingress.url).host}\r\n\r\n`);
  });
  return { closed, isOpen: () => !socket.destroyed };
}

test("access revoke closes an environment whose region is dead to everyone, and up admits the others again", {
  timeout: 300_000,
}, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const { access } = environmentFolder(home, name);
  const ingress = await loseRegion(home);
  const [eve, operator] = [readClient(access, "eve"), readClient(access, "operator")];
  const connection = await openConnection(ingress, eve);
  assert.ok(connection.isOpen());

  const revoked = await runJson(home, "access", "revoke", name, "eve");
  assert.equal(revoked.code, 0, JSON.stringify(revoked));
  assert.deepEqual([revoked.ingress, revoked.refusal], ["closed", "nothing listens"]);
  await connection.closed;
  for (const client of [eve, operator, undefined])
    assert.deepEqual(await tryAccess(ingress, client), { refused: "ECONNREFUSED" });

  const up = await runJson(home, "up", name);
  assert.equal(up.code, 0, JSON.stringify(up));
  assert.equal(await tryAccess(ingress, operator), "in");
  const knocked = await tryAccess(ingress, eve);
  assert.ok(knocked !== "in" && "refused" in knocked, JSON.stringify(knocked));
  assert.equal((await runJson(home, "down", name)).code, 0);
  assert.deepEqual(findLeftovers(home), []);
});

test("down closes the ingress of a dead region first, and its proof records what was observed", {
  timeout: 300_000,
}, async () => {
  using folder = new TemporaryHome();
  const { home } = folder;
  const ingress = await loseRegion(home);
  const connection = await openConnection(ingress, readClient(environmentFolder(home, name).access, "eve"));
  const down = await runJson(home, "down", name);
  assert.equal(down.code, 0, JSON.stringify(down));
  await connection.closed;
  assert.equal(down.access.closed, true);
  const proof = JSON.parse(readFileSync(down.proof, "utf8")) as { payload: string };
  const { predicate } = JSON.parse(Buffer.from(proof.payload, "base64").toString("utf8"));
  assert.equal(predicate.verdict, "nothing is left");
  const statement = predicate.statements.find(
    (one: { statement: string }) => one.statement === "The ingress admits nobody.",
  );
  assert.equal(statement.outcome, "observed");
  assert.ok(statement.evidence.length > 0);
  assert.match(predicate.workarounds.join(" "), /region was not running/);
  assert.deepEqual(findLeftovers(home), []);
});
