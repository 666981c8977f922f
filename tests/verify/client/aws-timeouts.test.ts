import assert from "node:assert/strict";
import { test } from "tap";
import { createAwsClients } from "../../../verify/client/aws.ts";
import { reserveNetwork } from "../../loopback.ts";
import { startMuteServer } from "../../repository/mute-server.ts";

const network = await reserveNetwork();

test("every AWS client of a check times out on an endpoint that never responds", {
  timeout: 120_000,
}, async (t) => {
  const endpoint = await startMuteServer(t, `${network}.0.1`);
  const credentials = { accessKeyId: "AKIA", secretAccessKey: "secret" };
  const clients = createAwsClients({ region: "eu-west-1", endpoint, credentials });
  const { close, ...services } = clients;
  t.teardown(close);
  const requests = {
    ecs: async () => (await clients.ecs()).listClusters({}),
    elastiCache: async () => (await clients.elastiCache()).describeCacheClusters({}),
    firehose: async () => (await clients.firehose()).listDeliveryStreams({}),
    fis: async () => (await clients.fis()).listExperiments({}),
    kms: async () => (await clients.kms()).listKeys({}),
    loadBalancing: async () => (await clients.loadBalancing()).describeLoadBalancers({}),
    rds: async () => (await clients.rds()).describeDBClusters({}),
    s3: async () => (await clients.s3()).listBuckets({}),
    ssm: async () => (await clients.ssm()).describeParameters({}),
    tagging: async () => (await clients.tagging()).getTagKeys({}),
  };
  assert.deepEqual(Object.keys(requests).sort(), Object.keys(services).sort());
  const outcomes = await Promise.all(
    Object.values(requests).map((request) =>
      request().then(
        () => "a response",
        (error: Error) => error.name,
      ),
    ),
  );
  assert.deepEqual(new Set(outcomes), new Set(["TimeoutError"]));
});
