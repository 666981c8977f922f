import { renderCidr } from "../ec2/cidr.ts";
import { types } from "../ec2/references.ts";
import { isUnknown, unknown } from "../pulumi-protocol/markers.ts";
import { idOf, type Registered } from "../pulumi-protocol/monitor.ts";
import type { Properties, Value } from "../resource.ts";
import { type Family, mergeTags, registerChild, settleAll, sharedTags } from "./component-context.ts";
import type { PlannedSubnet } from "./layout.ts";
import { subnetNames } from "./naming.ts";

/** A created subnet, with its child resources. */
export interface MadeSubnet {
  readonly plan: PlannedSubnet;
  readonly subnet: Registered;
  readonly routeTable: Registered;
  readonly association: Registered;
  readonly route?: Registered;
  readonly nat?: { readonly gateway: Registered; readonly eip?: Registered };
}

/** The NAT gateway is registered before the rest of its subnet, and private subnets depend only on it. */
interface PendingSubnet {
  readonly complete: Promise<MadeSubnet>;
  readonly natGateway: Promise<Registered>;
}

/**
 * Registers one subnet with its route table, association, NAT gateway and route. `nat.gateway` is the one that a
 * private subnet uses, `nat.carries` whether this subnet contains one.
 */
export function makeSubnet(
  family: Family,
  plan: PlannedSubnet,
  nat: { readonly carries: boolean; readonly gateway: Promise<Registered> | undefined },
): PendingSubnet {
  const { name, nameTag } = subnetNames(family.name, plan, family.args);
  const own: Properties = { Name: nameTag, SubnetType: plan.spec.type };
  const shared = sharedTags(family.name, family.args);
  const subnet = registerSubnet(family, plan, name, mergeTags(shared, plan.spec.tags ?? {}, own));
  const carried = subnet.then((made) => (nat.carries ? makeNatGateway(family, plan, made) : undefined));
  const natGateway = carried.then(
    (made) => made?.gateway ?? Promise.reject(new Error("no NAT gateway here")),
  );
  const routing = subnet.then((made) =>
    makeRouting(family, { name, plan, subnet: made, tags: mergeTags(shared, own), nat: nat.gateway }),
  );
  // Dependants of the gateway see its failure; there may be none.
  natGateway.catch(() => undefined);
  const complete = settleAll([subnet, carried, routing] as const).then(([made, natMade, routed]) => ({
    plan,
    subnet: made,
    ...routed,
    ...(natMade ? { nat: natMade } : {}),
  }));
  return { complete, natGateway };
}

function registerSubnet(family: Family, plan: PlannedSubnet, name: string, tags: Value): Promise<Registered> {
  const { args, vpc } = family;
  return registerChild(
    family,
    {
      type: types.subnet,
      name,
      parent: vpc,
      inputs: {
        assignIpv6AddressOnCreation: false,
        availabilityZone: args.zones[plan.zone] ?? "",
        cidrBlock: renderCidr(plan.block),
        mapPublicIpOnLaunch: plan.spec.type === "Public",
        tags,
        vpcId: idOf(vpc),
      },
    },
    { vpcId: vpc },
  );
}

async function makeRouting(
  family: Family,
  {
    name,
    plan,
    subnet,
    tags,
    nat,
  }: {
    readonly name: string;
    readonly plan: PlannedSubnet;
    readonly subnet: Registered;
    readonly tags: Value;
    readonly nat: Promise<Registered> | undefined;
  },
): Promise<Pick<MadeSubnet, "routeTable" | "association" | "route">> {
  const table = await registerChild(
    family,
    { type: types.routeTable, name, parent: subnet, inputs: { vpcId: idOf(family.vpc), tags } },
    { vpcId: family.vpc },
  );
  const association = registerChild(
    family,
    {
      type: types.routeTableAssociation,
      name,
      parent: table,
      inputs: { routeTableId: idOf(table), subnetId: idOf(subnet) },
    },
    { routeTableId: table, subnetId: subnet },
  );
  const target = wayOut(family, plan, nat);
  const route = target?.gateway.then((gateway) =>
    registerChild(
      family,
      {
        type: types.route,
        name,
        parent: table,
        inputs: {
          destinationCidrBlock: "0.0.0.0/0",
          routeTableId: idOf(table),
          [target.input]: idOf(gateway),
        },
      },
      { routeTableId: table, [target.input]: gateway },
    ),
  );
  const [associated, routed] = await settleAll([association, route] as const);
  return { routeTable: table, association: associated, ...(routed ? { route: routed } : {}) };
}

/** Public subnets route to the internet gateway, private ones to NAT, isolated ones nowhere. */
function wayOut(
  family: Family,
  { spec }: PlannedSubnet,
  nat: Promise<Registered> | undefined,
): { readonly input: string; readonly gateway: Promise<Registered> } | undefined {
  if (spec.type === "Public") return { input: "gatewayId", gateway: family.internetGateway };
  return spec.type === "Private" && nat ? { input: "natGatewayId", gateway: nat } : undefined;
}

async function makeNatGateway(
  family: Family,
  { zone }: PlannedSubnet,
  subnet: Registered,
): Promise<NonNullable<MadeSubnet["nat"]>> {
  const name = `${family.name}-${zone + 1}`;
  const tags = mergeTags(family.args.tags, { Name: name });
  const given = family.args.allocationIds[zone];
  const eip =
    given === undefined
      ? await registerChild(family, { type: types.eip, name, parent: subnet, inputs: { tags } })
      : undefined;
  const allocated = eip?.outputs.allocationId ?? given ?? unknown;
  const gateway = await registerChild(
    family,
    {
      type: types.natGateway,
      name,
      parent: subnet,
      inputs: { allocationId: isUnknown(allocated) ? unknown : allocated, subnetId: idOf(subnet), tags },
    },
    { subnetId: subnet, ...(eip ? { allocationId: eip } : {}) },
  );
  return { gateway, ...(eip ? { eip } : {}) };
}
