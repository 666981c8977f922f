import assert from "node:assert/strict";
import { test } from "tap";
import { reserveNetwork } from "../loopback.ts";
import { waitUntil } from "../wait-until.ts";
import { createCertificates } from "./certificates.ts";
import { describeGateway, issueToken, StartedRole } from "./started-gateway.ts";
import { StartedMariadb } from "./started-mariadb.ts";
import { StartedRedis } from "./started-redis.ts";

const network = await reserveNetwork();

test("stores given by address are reached over TLS, and only with a valid certificate", async (context) => {
  const secured = {
    tls: await createCertificates([`${network}.1.1`, `${network}.1.50`]),
    password: "not-a-secret",
  };
  const other = await createCertificates([`${network}.1.99`]);
  context.teardown(() => Promise.all([secured.tls.remove(), other.remove()]));
  const [database, redis] = await Promise.all([
    StartedMariadb.start([`${network}.1.50`, `${network}.1.51`], secured.tls),
    StartedRedis.start(network, { primaries: 1, secured }),
  ]);
  context.teardown(() => Promise.all([database.stop(), redis.stop()]));
  const environment = {
    ...describeGateway({ database, redis, upstreamUrl: `http://${network}.1.20:8080` }),
    REDIS_AUTH_TOKEN: secured.password,
    REDIS_TLS: "on",
    DATABASE_TLS: "on",
  };
  const trusted = { NODE_EXTRA_CA_CERTS: secured.tls.authority };
  const gateway = new StartedRole("gateway", `${network}.1.30`, { ...environment, ...trusted });
  context.teardown(() => gateway.process.end());
  await gateway.waitUntilReady();
  assert.ok((await issueToken(gateway)).length > 20);

  const wrong = new StartedRole("gateway", `${network}.1.31`, {
    ...environment,
    NODE_EXTRA_CA_CERTS: other.authority,
  });
  context.teardown(() => wrong.process.end());
  await waitUntil("it says why it waits", () => wrong.process.output.includes("waiting for the database"));
  assert.match(wrong.process.output, /unable to verify|certificate/);

  const named = new StartedRole("gateway", `${network}.1.32`, {
    ...environment,
    ...trusted,
    // The same server under an address that its certificate does not have.
    DATABASE_HOST: `${network}.1.51`,
  });
  context.teardown(() => named.process.end());
  await waitUntil("it does not take the certificate", () =>
    named.process.output.includes("waiting for the database"),
  );
  assert.match(named.process.output, /altnames/);
});
