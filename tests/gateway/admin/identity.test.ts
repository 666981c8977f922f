import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { readCommonName } from "../../../gateway/admin/distinguished-name.ts";
import { reserveNetwork } from "../../loopback.ts";
import { readStatus, sendRaw } from "../raw-client.ts";
import { StartedRole } from "../started-gateway.ts";
import { StartedMariadb } from "../started-mariadb.ts";
import { describeAdmin, describePerson } from "./started-admin.ts";

const network = await reserveNetwork();

let database: StartedMariadb;
before(async () => {
  database = await StartedMariadb.start(`${network}.1.50`);
});
t.teardown(async () => {
  await database?.stop();
});

const subjects: readonly (readonly [subject: string, name: string | undefined])[] = [
  ["CN=alice,O=feature-x", "alice"],
  ["O=feature-x, CN=alice", "alice"],
  ["OU=a+CN=alice,O=x", "alice"],
  ['CN="Doe, Jane",O=x', "Doe, Jane"],
  ["CN=Doe\\, Jane,O=x", "Doe, Jane"],
  ["CN=J\\C3\\BCrgen", "Jürgen"],
  ["cn=alice", "alice"],
  ["CN=alice,CN=operator", undefined],
  ["O=CN\\=operator", undefined],
  ["CN=", undefined],
  ["", undefined],
];
for (const [subject, name] of subjects)
  test(`the subject ${JSON.stringify(subject)} names ${name ?? "nobody"}`, async () => {
    assert.equal(readCommonName(subject), name);
  });

async function withAdmin(environment: Record<string, string>, look: (admin: StartedRole) => Promise<void>) {
  const admin = new StartedRole("admin", `${network}.1.40`, { ...describeAdmin(database), ...environment });
  try {
    await admin.waitUntilReady();
    await look(admin);
  } finally {
    await admin.process.end();
  }
}

test("a deployed site whose balancer verifies no certificates trusts no headers", async () =>
  withAdmin({ CLIENT_CERTIFICATES_VERIFIED: "off", ENVIRONMENT: "production" }, async (admin) => {
    const response = await fetch(`${admin.origin}/routes`, { headers: describePerson("operator") });
    assert.equal(response.status, 403);
    assert.match(await response.text(), /no identity can be trusted/);
  }));

test("a development site needs no certificate, and states so on every page and in the log", async () =>
  withAdmin({ CLIENT_CERTIFICATES_VERIFIED: "off", ENVIRONMENT: "development" }, async (admin) => {
    const response = await fetch(`${admin.origin}/routes`);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /No client certificates are required here/);
    const forwarded = await fetch(`${admin.origin}/routes`, {
      headers: { "x-forwarded-for": "203.0.113.9" },
    });
    assert.equal(forwarded.status, 403, "through a balancer");
    const rebound = await sendRaw(
      admin.origin,
      "GET /routes HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    );
    assert.equal(readStatus(rebound), 403, "by a name that leads here");
    assert.match(admin.process.output, /DEVELOPMENT: no client certificate is required/);
  }));
