import { blockAround, type Cidr, contains, endOf, sizeOf } from "../ec2/cidr.ts";
import { referTo } from "../pulumi-protocol/markers.ts";
import { idOf, type Registered } from "../pulumi-protocol/monitor.ts";
import type { Properties, Value } from "../resource.ts";
import type { Layout, PlannedSubnet } from "./layout.ts";
import type { SubnetType } from "./specification.ts";
import type { MadeSubnet } from "./subnet.ts";

/** An output of the component, and the resources that it comes from. */
export interface ComponentOutput {
  readonly value: Value;
  readonly from: readonly Registered[];
}

function refer(resource: Registered): ComponentOutput {
  return { value: referTo(resource), from: [resource] };
}

function referAll(resources: readonly (Registered | undefined)[]): ComponentOutput {
  const present = resources.filter((resource) => resource !== undefined);
  return { value: present.map(referTo), from: present };
}

/** The 17 outputs of the component; lists are ordered by zone, and within a zone public, private, isolated. */
export function collectOutputs(
  vpc: Registered,
  internetGateway: Registered,
  made: readonly MadeSubnet[],
  layout: readonly Properties[],
): Readonly<Record<string, ComponentOutput>> {
  const only = (type: SubnetType) =>
    made.filter(({ plan }) => plan.spec.type === type).map(({ subnet }) => subnet);
  const ids = (type: SubnetType): ComponentOutput => ({ value: only(type).map(idOf), from: only(type) });
  return {
    vpc: refer(vpc),
    vpcId: { value: idOf(vpc), from: [vpc] },
    internetGateway: refer(internetGateway),
    subnets: referAll(made.map(({ subnet }) => subnet)),
    publicSubnets: referAll(only("Public")),
    privateSubnets: referAll(only("Private")),
    isolatedSubnets: referAll(only("Isolated")),
    publicSubnetIds: ids("Public"),
    privateSubnetIds: ids("Private"),
    isolatedSubnetIds: ids("Isolated"),
    routeTables: referAll(made.map(({ routeTable }) => routeTable)),
    routeTableAssociations: referAll(made.map(({ association }) => association)),
    routes: referAll(made.map(({ route }) => route)),
    natGateways: referAll(made.map(({ nat }) => nat?.gateway)),
    eips: referAll(made.map(({ nat }) => nat?.eip)),
    vpcEndpoints: { value: [], from: [] },
    subnetLayout: { value: [...layout], from: [] },
  };
}

/** The resolved specs. Without specs, or with *Legacy*, they are written as *Auto* would need them. */
export function resolvedLayout(layout: Layout, planned: readonly PlannedSubnet[]): readonly Properties[] {
  const { specs, strategy } = layout;
  if (!specs || strategy === "Legacy" || strategy === "AutoMerge")
    return describeBlocks(planned.filter(({ zone }) => zone === 0));
  return specs.map(({ type, name, mask, blocks }) => ({
    type,
    ...(name === undefined ? {} : { name }),
    ...(mask === undefined ? {} : { cidrMask: mask, size: sizeOf(mask) }),
    ...(blocks === undefined ? {} : { cidrBlocks: [...blocks] }),
  }));
}

function describeBlocks(zone: readonly PlannedSubnet[]): readonly Properties[] {
  const inOrder = [...zone].sort((a, b) => a.block.first - b.block.first);
  return inOrder.flatMap(({ spec, block }, index) => {
    const before = inOrder[index - 1];
    const gaps = before ? fillGap(before.block, block) : [];
    const own = {
      type: spec.type,
      ...(spec.name === undefined ? {} : { name: spec.name }),
      cidrMask: block.mask,
    };
    return [...gaps.map(({ mask }) => ({ type: "Unused", cidrMask: mask })), own];
  });
}

/** The largest aligned blocks that fill the gap between two others. */
function fillGap(before: Cidr, after: Cidr): readonly Cidr[] {
  const gaps: Cidr[] = [];
  const room = { first: endOf(before), end: after.first };
  for (let next = room.first; next < room.end; ) {
    let block = blockAround(next, 32);
    for (let mask = 31; mask >= 0; mask -= 1) {
      const wider = blockAround(next, mask);
      if (wider.first !== next || endOf(wider) > room.end || !contains(wider, block)) break;
      block = wider;
    }
    gaps.push(block);
    next = endOf(block);
  }
  return gaps;
}
