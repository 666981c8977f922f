import assert from "node:assert/strict";
import { beforeEach, test } from "tap";
import { handlers } from "../../local/ec2/index.ts";
import { types } from "../../local/ec2/references.ts";
import { AwsError } from "../../local/operation.ts";
import { checkInputs } from "../../local/provider/check.ts";
import { createResource, deleteResource, updateResource } from "../../local/provider/lifecycle.ts";
import type { Properties, Resource } from "../../local/resource.ts";
import type { ResourceHandler } from "../../local/resource-handler.ts";
import { createMemoryRegion, type MemoryRegion } from "./provider/memory-region.ts";

const table = new Map(handlers.map((handler) => [handler.type, handler]));
let region: MemoryRegion;
let count = 0;

beforeEach(() => {
  region = createMemoryRegion();
});

function find(kind: keyof typeof types): ResourceHandler {
  return table.get(types[kind]) ?? assert.fail(`no handler of ${kind}`);
}

function check(kind: keyof typeof types, news: Properties) {
  count += 1;
  const name = `r${count}`;
  const urn = `urn:pulumi:dev::p::${types[kind]}::${name}`;
  return { urn, name, ...checkInputs(region, find(kind), { urn, name, olds: {}, news, defaultTags: {} }) };
}

function create(kind: keyof typeof types, news: Properties): Promise<Resource> {
  const { urn, name, inputs, failures } = check(kind, news);
  assert.deepEqual(failures, []);
  return createResource(region, find(kind), { urn, name, inputs });
}

function remove(kind: keyof typeof types, resource: Resource): Promise<void> {
  return deleteResource(region, find(kind), resource);
}

async function refuses(code: string, run: () => Promise<unknown>): Promise<void> {
  await assert.rejects(run, (error) => error instanceof AwsError && error.code === code);
}

function reasons(kind: keyof typeof types, news: Properties): string {
  return check(kind, news)
    .failures.map(({ property, reason }) => `${property}: ${reason}`)
    .join("\n");
}

async function createVpc(): Promise<{ vpc: Resource; subnet: Resource }> {
  const vpc = await create("vpc", { cidrBlock: "10.0.0.0/16" });
  const subnet = await create("subnet", {
    vpcId: vpc.id,
    cidrBlock: "10.0.0.0/24",
    availabilityZone: "eu-west-1b",
  });
  return { vpc, subnet };
}

test("the network's records", async (t) => {
  t.test("have the ids, ARNs and defaults of AWS", async () => {
    const { vpc, subnet } = await createVpc();
    assert.match(vpc.id, /^vpc-0[0-9a-f]{16}$/);
    assert.equal(vpc.outputs.arn, `arn:aws:ec2:eu-west-1:000000000000:vpc/${vpc.id}`);
    assert.match(String(vpc.outputs.defaultSecurityGroupId), /^sg-0[0-9a-f]{16}$/);
    assert.equal(vpc.outputs.ipv6CidrBlock, "");
    assert.equal(vpc.outputs.region, "eu-west-1");
    assert.equal(subnet.outputs.availabilityZoneId, "euw1-az2");
  });

  t.test(
    "refuse a subnet outside its VPC, overlapping another, or in a zone that does not exist",
    async () => {
      const { vpc } = await createVpc();
      const place = (cidrBlock: string, availabilityZone = "eu-west-1a") =>
        create("subnet", { vpcId: vpc.id, cidrBlock, availabilityZone });
      await refuses("InvalidSubnet.Range", () => place("10.1.0.0/24"));
      await refuses("InvalidSubnet.Conflict", () => place("10.0.0.128/25"));
      await refuses("InvalidParameterValue", () => place("10.0.1.0/24", "eu-west-1z"));
      await refuses("InvalidVpcID.NotFound", () =>
        create("subnet", { vpcId: "vpc-0", cidrBlock: "10.0.0.0/24" }),
      );
    },
  );

  t.test("let only one of two concurrent creations have a block", async () => {
    const { vpc } = await createVpc();
    const both = await Promise.allSettled(
      [1, 2].map(() => create("subnet", { vpcId: vpc.id, cidrBlock: "10.0.9.0/24" })),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  });

  t.test("cannot be deleted while they are in use", async () => {
    const { vpc, subnet } = await createVpc();
    const address = await create("eip", {});
    const nat = await create("natGateway", { allocationId: address.id, subnetId: subnet.id });
    await refuses("DependencyViolation", () => remove("vpc", vpc));
    await refuses("DependencyViolation", () => remove("subnet", subnet));
    await refuses("InvalidIPAddress.InUse", () => remove("eip", address));
    await remove("natGateway", nat);
    await remove("eip", address);
    await remove("subnet", subnet);
    await remove("vpc", vpc);
    assert.deepEqual(
      region.resources.everything().filter(({ type }) => type.startsWith("aws:")),
      [],
    );
  });

  t.test("keep a security group while another's rule, a balancer or a service refers to it", async () => {
    const { vpc } = await createVpc();
    const [one, other] = [
      await create("securityGroup", { vpcId: vpc.id }),
      await create("securityGroup", { vpcId: vpc.id }),
    ];
    const rule = await create("ingressRule", {
      securityGroupId: one.id,
      referencedSecurityGroupId: other.id,
      ipProtocol: "tcp",
      fromPort: 8080,
      toPort: 8080,
    });
    await refuses("DependencyViolation", () => remove("securityGroup", other));
    await remove("ingressRule", rule);
    const type = "aws:lb/loadBalancer:LoadBalancer";
    region.resources.put({
      type,
      id: "lb",
      urn: "",
      name: "lb",
      inputs: { securityGroups: [other.id] },
      outputs: {},
    });
    await refuses("DependencyViolation", () => remove("securityGroup", other));
    region.resources.remove(type, "lb");
    await remove("securityGroup", other);
  });

  t.test("refuse a second group of the same name and a duplicate rule", async () => {
    const { vpc } = await createVpc();
    const group = await create("securityGroup", { vpcId: vpc.id, name: "gateway" });
    await refuses("InvalidGroup.Duplicate", () =>
      create("securityGroup", { vpcId: vpc.id, name: "gateway" }),
    );
    const rule = {
      securityGroupId: group.id,
      cidrIpv4: "0.0.0.0/0",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    };
    await create("ingressRule", rule);
    await refuses("InvalidPermission.Duplicate", () => create("ingressRule", rule));
    await create("egressRule", rule);
  });

  t.test("allow routes only to existing gateways, once per destination", async () => {
    const { vpc, subnet } = await createVpc();
    const gateway = await create("internetGateway", { vpcId: vpc.id });
    await refuses("Resource.AlreadyAssociated", () => create("internetGateway", { vpcId: vpc.id }));
    const table = await create("routeTable", { vpcId: vpc.id });
    const leads = { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0" };
    await refuses("InvalidNatGatewayID.NotFound", () => create("route", { ...leads, natGatewayId: "nat-0" }));
    await create("route", { ...leads, gatewayId: gateway.id });
    await refuses("RouteAlreadyExists", () => create("route", { ...leads, gatewayId: gateway.id }));
    await create("routeTableAssociation", { routeTableId: table.id, subnetId: subnet.id });
    await refuses("Resource.AlreadyAssociated", () =>
      create("routeTableAssociation", { routeTableId: table.id, subnetId: subnet.id }),
    );
  });

  t.test("include the connection to on-premises networks", async () => {
    const { vpc } = await createVpc();
    const gateway = await create("vpnGateway", { vpcId: vpc.id });
    const table = await create("routeTable", { vpcId: vpc.id });
    const propagation = await create("vpnGatewayRoutePropagation", {
      vpnGatewayId: gateway.id,
      routeTableId: table.id,
    });
    assert.equal(propagation.id, `${gateway.id}_${table.id}`);
    const association = await create("gatewayAssociation", {
      dxGatewayId: "dx",
      associatedGatewayId: gateway.id,
      allowedPrefixes: ["10.0.0.0/16"],
    });
    assert.equal(association.outputs.associatedGatewayType, "virtualPrivateGateway");
    await refuses("DependencyViolation", () => remove("vpnGateway", gateway));
  });

  t.test("include a gateway endpoint to S3, once in each route table of its VPC", async () => {
    const { vpc } = await createVpc();
    const table = await create("routeTable", { vpcId: vpc.id });
    const serviceName = "com.amazonaws.eu-west-1.s3";
    const inputs = { vpcId: vpc.id, serviceName, routeTableIds: [table.id] };
    const endpoint = await create("vpcEndpoint", inputs);
    assert.match(String(endpoint.outputs.arn), /:vpc-endpoint\/vpce-[0-9a-f]{17}$/);
    await refuses("RouteAlreadyExists", () => create("vpcEndpoint", inputs));
    await refuses("InvalidServiceName", () =>
      create("vpcEndpoint", { ...inputs, serviceName: "com.amazonaws.eu-west-2.s3" }),
    );
    await refuses("InvalidRouteTableID.NotFound", () =>
      create("vpcEndpoint", { ...inputs, routeTableIds: ["rtb-0"] }),
    );
    assert.match(
      reasons("vpcEndpoint", { ...inputs, vpcEndpointType: "Interface" }),
      /Interface is not Gateway/,
    );
  });

  t.test("keep computed values when they are updated", async () => {
    const { vpc } = await createVpc();
    const inputs = { ...vpc.inputs, tags: { Name: "new" } };
    const updated = await updateResource(region, find("vpc"), vpc, inputs);
    assert.equal(updated.outputs.arn, vpc.outputs.arn);
    assert.deepEqual(updated.outputs.tagsAll, { Name: "new" });
  });
});

test("the network's inputs", async (t) => {
  t.test("are refused with every problem at once", async () => {
    assert.match(reasons("vpc", { cidrBlock: "10.0.0.0/8" }), /mask of \/8; AWS allows \/16 to \/28/);
    assert.match(reasons("subnet", {}), /vpcId: .*missing[\s\S]*cidrBlock: .*missing/);
    assert.match(
      reasons("route", { routeTableId: "rtb-0", destinationCidrBlock: "0.0.0.0/0" }),
      /exactly one of/,
    );
    const rule = {
      securityGroupId: "sg-0",
      ipProtocol: "tcp",
      fromPort: 90,
      toPort: 80,
      cidrIpv4: "10.0.0.0/33",
    };
    assert.match(reasons("ingressRule", rule), /10\.0\.0\.0\/33[\s\S]*80 is less than fromPort 90/);
    assert.match(reasons("securityGroup", { vpcId: "vpc-0", name: "sg-mine" }), /begins with sg-/);
  });
});
