import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment, PulumiFn } from "@pulumi/pulumi/automation/index.js";
import { test } from "tap";
import { handlers } from "../../local/ec2/index.ts";
import { startProviders } from "../../local/provider/start.ts";
import { collectSteps, startEngine } from "./provider/engine.ts";
import { createMemoryRegion } from "./provider/memory-region.ts";

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly dependencies?: readonly string[];
  readonly protect?: boolean;
  readonly provider?: string;
}

function nameOf(urn: string | undefined): string {
  const [, , type, name] = (urn ?? "").split("::");
  return `${type?.split("$").at(-1)?.split(":").at(-1)} ${name}`;
}

function resourcesOf(deployment: Deployment): readonly StateResource[] {
  return (deployment.deployment as { resources: StateResource[] }).resources;
}

/** Children of the VPC as `Subnet main-public-1 < Vpc main`. */
function familyOf(resources: readonly StateResource[]): readonly string[] {
  return resources
    .filter(({ type }) => type.startsWith("aws:"))
    .map(({ urn, parent }) => `${nameOf(urn)} < ${nameOf(parent)}`)
    .sort();
}

const tags = { "dmm:environment": "feature-x" };

function program(extra: { readonly owner?: string } = {}): PulumiFn {
  return async () => {
    const vpc = new awsx.ec2.Vpc("main", {
      cidrBlock: "10.1.0.0/16",
      availabilityZoneNames: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
      subnetStrategy: "Auto",
      subnetSpecs: [
        { type: "Public" },
        { type: "Private" },
        { type: "Isolated", name: "data", cidrMask: 24, tags: { tier: "data" } },
      ],
      natGateways: { strategy: "OnePerAz" },
      enableDnsHostnames: true,
      tags: { ...tags, ...extra },
    });
    return {
      vpcId: vpc.vpcId,
      publicSubnetIds: vpc.publicSubnetIds,
      isolatedSubnetIds: vpc.isolatedSubnetIds,
      associated: vpc.routeTableAssociations.apply((list) => list.map(({ subnetId }) => subnetId)),
      layout: vpc.subnetLayout,
      block: vpc.vpc.cidrBlock,
    };
  };
}

function expectedFamily(): readonly string[] {
  const zones = [1, 2, 3].flatMap((zone) => {
    const nat = [
      `Eip main-${zone} < Subnet main-public-${zone}`,
      `NatGateway main-${zone} < Subnet main-public-${zone}`,
    ];
    const subnets = ["public", "private", "data"].flatMap((kind) => {
      const name = `main-${kind}-${zone}`;
      return [
        `Subnet ${name} < Vpc main`,
        `RouteTable ${name} < Subnet ${name}`,
        `RouteTableAssociation ${name} < RouteTable ${name}`,
        ...(kind === "data" ? [] : [`Route ${name} < RouteTable ${name}`]),
      ];
    });
    return [...nat, ...subnets];
  });
  return ["Vpc main < Vpc main", "InternetGateway main < Vpc main", ...zones].sort();
}

test("awsx:ec2:Vpc through the real engine", async (t) => {
  t.test("is created like the real one, changes in place, and leaves nothing", async () => {
    const region = createMemoryRegion();
    const providers = await startProviders(region, handlers);
    await using engine = await startEngine(providers, program());
    try {
      const preview = await engine.stack.preview();
      assert.equal(preview.changeSummary.create, 43);
      assert.equal(region.resources.everything().length, 0, "a preview makes nothing");

      const up = await engine.stack.up();
      assert.match(up.outputs.vpcId?.value, /^vpc-0[0-9a-f]{16}$/);
      assert.equal(up.outputs.publicSubnetIds?.value.length, 3);
      assert.equal(up.outputs.block?.value, "10.1.0.0/16");
      assert.equal(new Set(up.outputs.associated?.value).size, 9);
      assert.deepEqual(up.outputs.layout?.value, [
        { type: "Public" },
        { type: "Private" },
        { type: "Isolated", name: "data", cidrMask: 24, size: 256 },
      ]);

      const resources = resourcesOf(await engine.stack.exportStack());
      const component = resources.find(({ type }) => type === "awsx:ec2:Vpc");
      assert.deepEqual(
        [component?.inputs ?? {}, component?.outputs ?? {}],
        [{}, {}],
        "the component's state is empty",
      );
      assert.deepEqual(familyOf(resources), expectedFamily());

      const find = (name: string) => resources.find(({ urn }) => nameOf(urn) === name);
      assert.deepEqual(find("Vpc main")?.type, "awsx:ec2:Vpc");
      const subnet = find("Subnet main-data-2");
      assert.equal(subnet?.inputs?.cidrBlock, "10.1.96.0/24");
      assert.equal(subnet?.inputs?.availabilityZone, "eu-west-1b");
      assert.equal(subnet?.inputs?.mapPublicIpOnLaunch, false);
      assert.deepEqual(subnet?.inputs?.tags, {
        ...tags,
        Name: "main-data-2",
        SubnetType: "Isolated",
        tier: "data",
      });
      assert.deepEqual(find("RouteTable main-data-2")?.inputs?.tags, {
        ...tags,
        Name: "main-data-2",
        SubnetType: "Isolated",
      });
      assert.deepEqual(find("Eip main-1")?.inputs?.tags, { ...tags, Name: "main-1" });
      assert.deepEqual(find("InternetGateway main")?.inputs?.tags, { ...tags, Name: "main" });
      assert.deepEqual(
        find("Route main-private-3")?.inputs?.natGatewayId,
        idIn(resources, "NatGateway main-3"),
      );
      assert.deepEqual(
        find("Route main-public-3")?.inputs?.gatewayId,
        idIn(resources, "InternetGateway main"),
      );
      for (const child of resources.filter(
        ({ type }) => type.startsWith("aws:") && type !== "aws:ec2/vpc:Vpc",
      )) {
        assert.ok(
          child.dependencies?.includes(child.parent ?? ""),
          `${nameOf(child.urn)} depends on its parent`,
        );
      }

      const again = await engine.stack.preview();
      assert.deepEqual(again.changeSummary, { same: 43 });

      engine.stack.workspace.program = program({ owner: "platform" });
      const seen = collectSteps();
      await engine.stack.up({ onEvent: seen.onEvent });
      assert.ok(
        seen.steps.length > 0 && seen.steps.every((step) => step.startsWith("update ")),
        seen.steps.join("\n"),
      );

      assert.deepEqual((await engine.stack.refresh()).summary.resourceChanges, { same: 43 });
      await engine.stack.destroy();
      assert.deepEqual(region.resources.everything(), []);
      assert.deepEqual(region.logged, []);
    } finally {
      await providers.close();
    }
  });

  t.test("passes its provider, protection, dependencies and secrets on to its children", async () => {
    const providers = await startProviders(createMemoryRegion(), handlers);
    await using engine = await startEngine(providers, async () => {
      const other = new aws.Provider("other", {
        region: "eu-west-1",
        defaultTags: { tags: { everywhere: "yes" } },
      });
      const first = new aws.ec2.Eip("first", {});
      const args: awsx.ec2.VpcArgs = {
        subnetStrategy: "Auto",
        subnetSpecs: [{ type: "Public" }, { type: "Private" }],
        natGateways: { strategy: "Single" },
        tags: { address: first.publicIp, secret: pulumi.secret("correct horse battery") },
      };
      new awsx.ec2.Vpc("main", args, { provider: other, protect: true, dependsOn: [first] });
    });
    try {
      await engine.stack.up();
      const resources = resourcesOf(await engine.stack.exportStack());
      const children = resources.filter(({ urn }) => urn.includes("awsx:ec2:Vpc"));
      assert.equal(children.length, 29);
      for (const child of children) {
        assert.equal(child.protect, true, child.urn);
        if (child.type.startsWith("aws:"))
          assert.match(child.provider ?? "", /::pulumi:providers:aws::other::/);
      }
      const vpc = children.find(({ type }) => type === "aws:ec2/vpc:Vpc");
      assert.ok(vpc?.dependencies?.some((urn) => nameOf(urn) === "Eip first"));
      assert.equal((vpc?.inputs?.tags as Record<string, unknown> | undefined)?.everywhere, "yes");
      assert.ok(!(await engine.readStateFile()).includes("correct horse battery"));
      assert.deepEqual((await engine.stack.preview()).changeSummary, { same: 32 });
    } finally {
      await providers.close();
    }
  });
});

function idIn(resources: readonly StateResource[], name: string): unknown {
  return (resources.find(({ urn }) => nameOf(urn) === name) as { id?: string } | undefined)?.id;
}
