import assert from "node:assert/strict";
import { test } from "tap";
import { type Deployed, deploy, environmentConfig } from "./deployed.ts";

const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

function waysToMetrics({ all }: Deployed): string[] {
  return all(ingress)
    .filter(({ inputs }) => inputs.fromPort === 9464 || inputs.toPort === 9464)
    .map(({ inputs }) => `${inputs.securityGroupId} ${inputs.fromPort}-${inputs.toPort} ${inputs.cidrIpv4}`);
}

function readPort({ one }: Deployed, service: string): string | undefined {
  const { inputs } = one("aws:ecs/taskDefinition:TaskDefinition", service);
  const [{ environment }] = JSON.parse(inputs.containerDefinitions);
  return environment.find(({ name }: { name: string }) => name === "METRICS_PORT")?.value;
}

test("scraping is closed if no network is configured, and there is no port for it", async () => {
  const deployed = await deploy(environmentConfig);
  assert.deepEqual(waysToMetrics(deployed), []);
  assert.equal(readPort(deployed, "gateway"), undefined);
});

test("configured networks reach the gateways' metrics, and no port with an API", async () => {
  const metricsNetworks = "10.60.0.0/16, 198.51.100.9/32";
  const deployed = await deploy({ ...environmentConfig, metricsNetworks });
  assert.deepEqual(waysToMetrics(deployed), [
    "gateway-id 9464-9464 10.60.0.0/16",
    "gateway-id 9464-9464 198.51.100.9/32",
  ]);
  assert.equal(readPort(deployed, "gateway"), "9464");
  for (const service of ["admin", "stub"]) assert.equal(readPort(deployed, service), undefined);
  const others = deployed
    .all(ingress)
    .filter(({ inputs }) => ["10.60.0.0/16", "198.51.100.9/32"].includes(inputs.cidrIpv4));
  assert.equal(others.length, 2);
});
