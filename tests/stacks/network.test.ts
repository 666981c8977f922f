import assert from "node:assert/strict";
import { test } from "tap";
import { flowsOf } from "../../stacks/network/flows.ts";
import { type Deployed, deploy, environmentConfig, productionConfig } from "./deployed.ts";

const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egress = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

const environment = await deploy(environmentConfig);
const production = await deploy(productionConfig);

function sources({ all }: Deployed) {
  return all(ingress)
    .filter((rule) => rule.inputs.cidrIpv4 !== undefined)
    .map(({ inputs }) => `${inputs.securityGroupId} ${inputs.fromPort}-${inputs.toPort} ${inputs.cidrIpv4}`);
}

test("an environment is open to its insiders' networks on 443 only", async () => {
  assert.deepEqual(sources(environment), [
    "ingress-id 443-443 203.0.113.0/24",
    "ingress-id 443-443 198.51.100.7/32",
  ]);
});

test("production is open to the public on 443 of the ingress and nowhere else", async () => {
  assert.deepEqual(sources(production), ["ingress-id 443-443 0.0.0.0/0"]);
});

const defaults = { servicePort: 8080, databasePort: 3306, cachePort: 6379 };

test("inside the VPC a port is open to named groups only, on both ends of each declared flow", async () => {
  const named = (type: string, from: string, to: string) =>
    environment
      .all(type)
      .filter((rule) => rule.inputs.referencedSecurityGroupId !== undefined)
      .map(
        ({ inputs }) =>
          `${inputs[from]} ${inputs[to]} ${inputs.ipProtocol} ${inputs.fromPort}-${inputs.toPort}`,
      )
      .sort();
  const expected = flowsOf(defaults)
    .map(({ from, to, port }) => `${from}-id ${to}-id tcp ${port}-${port}`)
    .sort();
  assert.deepEqual(named(ingress, "referencedSecurityGroupId", "securityGroupId"), expected);
  assert.deepEqual(named(egress, "securityGroupId", "referencedSecurityGroupId"), expected);
});

test("data stores and load balancers open no connection out of the VPC", async () => {
  const outside = environment.all(egress).filter((rule) => rule.inputs.cidrIpv4 !== undefined);
  assert.deepEqual([...new Set(outside.map((rule) => rule.inputs.securityGroupId))].sort(), [
    "gateway-id",
    "instances-id",
  ]);
  for (const rule of outside) assert.equal(rule.inputs.toPort, 443);
});

test("no security group has rules beside the declared ones", async () => {
  for (const group of environment.all("aws:ec2/securityGroup:SecurityGroup")) {
    assert.equal(group.inputs.ingress, undefined);
    assert.equal(group.inputs.egress, undefined);
  }
});

test("the VPC has three zones of three kinds of subnets and a NAT gateway in each", async () => {
  const [vpc] = environment.all("awsx:ec2:Vpc");
  assert.equal(vpc?.name, "feature-x-network");
  assert.equal(vpc?.inputs.cidrBlock, "10.23.0.0/16");
  assert.deepEqual(vpc?.inputs.availabilityZoneNames, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
  assert.deepEqual(vpc?.inputs.subnetSpecs, [{ type: "Public" }, { type: "Private" }, { type: "Isolated" }]);
  assert.deepEqual(vpc?.inputs.natGateways, { strategy: "OnePerAz" });
});

test("the private connection propagates its routes into the private subnets of all zones", async () => {
  const connected = await deploy({ ...environmentConfig, privateLine: "everywhere" });
  const tables = connected
    .all("aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation")
    .map((propagation) => propagation.inputs.routeTableId);
  assert.deepEqual(
    tables.sort(),
    [1, 2, 3].map((zone) => `table-of-subnet-private-${zone}`),
  );
  const [association] = connected.all("aws:directconnect/gatewayAssociation:GatewayAssociation");
  assert.deepEqual(association?.inputs.allowedPrefixes, ["10.23.0.0/16"]);
});

test("an environment gets no private connection unless the configuration says so", async () => {
  for (const type of [
    "aws:ec2/vpnGateway:VpnGateway",
    "aws:directconnect/gatewayAssociation:GatewayAssociation",
  ])
    assert.deepEqual(environment.all(type), []);
  const rules = environment.all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
  assert.ok(rules.every(({ inputs }) => inputs.cidrIpv4 !== "172.20.0.0/16"));
});

test("without on-premises networks there is no private connection", async () => {
  const deployed = await deploy({
    ...environmentConfig,
    privateLine: "everywhere",
    onPremisesNetworks: "",
    directConnectGatewayId: "",
  });
  assert.deepEqual(deployed.all("aws:ec2/vpnGateway:VpnGateway"), []);
  assert.deepEqual(deployed.all("aws:directconnect/gatewayAssociation:GatewayAssociation"), []);
});

test("private subnets reach S3 without a NAT gateway, and isolated ones do not reach it at all", async () => {
  const { inputs } = environment.one("aws:ec2/vpcEndpoint:VpcEndpoint", "s3");
  assert.equal(inputs.serviceName, "com.amazonaws.eu-west-1.s3");
  assert.equal(inputs.vpcEndpointType, "Gateway");
  assert.deepEqual(
    inputs.routeTableIds,
    [1, 2, 3].map((zone) => `table-of-subnet-private-${zone}`),
  );
});
