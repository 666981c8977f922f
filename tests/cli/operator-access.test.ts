import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { test } from "tap";
import { ensureAuthority } from "../../cli/access/authority.ts";
import { readClient } from "../../cli/access/client-identity.ts";
import { explainRefusal } from "../../cli/access/explain-refusal.ts";
import { readGrant, writeGrant } from "../../cli/access/grants.ts";
import { ask } from "../../cli/access/ingress.ts";
import { issueGrant } from "../../cli/access/issue-grant.ts";
import { findOperatorProblem } from "../../cli/access/operator-access.ts";
import { ensureFirstList } from "../../cli/access/revocation-list.ts";
import { environmentFolder } from "../../cli/home.ts";
import type { OpenEnvironment } from "../../cli/open-environment.ts";
import { makeRecord } from "./made-record.ts";
import { TemporaryHome } from "./temporary-home.ts";
import { startIngress } from "./tls-ingress.ts";

const name = "feature-x";

async function issue(access: string, lifetimeSeconds: number): Promise<void> {
  const authority = await ensureAuthority(access, name);
  await issueGrant(access, authority, { environment: name, name: "operator", lifetimeSeconds, renew: true });
}

test("problems of the operator's own access are detected before the platform is asked", async () => {
  using folder = new TemporaryHome();
  const environment = environmentFolder(folder.home, name);
  const find = (expires = new Date(Date.now() + 3_600_000).toISOString()) => {
    const record = makeRecord(folder.home, name, { expires, stage: "up" });
    return findOperatorProblem({ name, record, folder: environment } as OpenEnvironment);
  };
  assert.match(find()?.message ?? "", /grant for "feature-x" is missing or damaged/);
  await issue(environment.access, 3_600);
  assert.equal(find(), undefined);
  const over = find("2026-01-01T00:00:00.000Z");
  assert.deepEqual([over?.code, over?.exitCode], ["DMM_ENVIRONMENT_EXPIRED", 3]);
  assert.match(over?.hint ?? "", /dmm-env up feature-x --for 2h/);
  const grant = readGrant(environment.access, "operator")!;
  writeGrant(environment.access, { ...grant, revoked: "2026-01-02T00:00:00.000Z" });
  assert.match(find()?.message ?? "", /was revoked at 2026-01-02/);
  writeGrant(environment.access, { ...grant, expires: "2026-01-03T00:00:00.000Z" });
  const expired = find();
  assert.deepEqual([expired?.code, expired?.exitCode], ["DMM_OPERATOR_REFUSED", 3]);
  assert.match(expired?.message ?? "", /expired at 2026-01-03/);
});

test("a refusal by the ingress is explained without OpenSSL's messages", async () => {
  using folder = new TemporaryHome();
  const { access } = environmentFolder(folder.home, name);
  const authority = await ensureAuthority(access, name);
  const first = await ensureFirstList(access, authority);
  await using ingress = await startIngress(authority.certificate.toString("pem"), first);
  let isClosed = false;
  const refusal = async (client?: Parameters<typeof ask>[1]["client"], port?: number) => {
    const at = { ...ingress.ingress, ...(port && { connect: { host: "127.0.0.1", port } }) };
    const error = await ask(at, {
      path: "/",
      ...(client && { client }),
      timeoutMs: port === undefined || isClosed ? 60_000 : 500,
    }).catch((e) => e);
    return explainRefusal(error as Error);
  };
  await issue(access, 3_600);
  assert.doesNotMatch(await refusal(), /error:|SSL routines/);
  // Accepts connections, and never sends anything.
  const silent = createTcpServer((socket) => socket.resume().on("error", () => undefined)).listen(
    0,
    "127.0.0.1",
  );
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  assert.equal(await refusal(readClient(access, "operator"), port), "The ingress did not respond in time.");
  silent.close();
  await once(silent, "close");
  isClosed = true;
  assert.match(await refusal(readClient(access, "operator"), port), /nothing listens there \(ECONNREFUSED\)/);
  const alert =
    "80:error:0A000415:SSL routines:ssl3_read_bytes:ssl/tls alert certificate expired:ssl.c:1:SSL alert number 45";
  assert.match(explainRefusal(new Error(alert)), /the client certificate has expired/);
});
