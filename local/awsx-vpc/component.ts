import { types } from "../ec2/references.ts";
import {
  idOf,
  type Registered,
  type Registration,
  type ResourceMonitor,
} from "../pulumi-protocol/monitor.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import { parseArguments, type VpcArguments } from "./arguments.ts";
import { type Family, registerChild, settleAll, sharedTags } from "./component-context.ts";
import { type PlannedSubnet, planSubnets } from "./layout.ts";
import { type ComponentOutput, collectOutputs, resolvedLayout } from "./outputs.ts";
import type { SubnetType } from "./specification.ts";
import { type MadeSubnet, makeSubnet } from "./subnet.ts";

export const vpcType = "awsx:ec2:Vpc";

export interface ConstructRequest {
  readonly name: string;
  readonly inputs: Properties;
  readonly inputDependencies: Readonly<Record<string, readonly string[]>>;
  /** Options of the component: parent, aliases, dependencies. */
  readonly options: Pick<Registration, "parent" | "aliases" | "dependencies">;
  warn(message: string, urn: string): Promise<void>;
}

interface Constructed {
  readonly urn: string;
  readonly outputs: Readonly<Record<string, ComponentOutput>>;
}

/** Order of creation and of every list output within a zone. */
const order: readonly SubnetType[] = ["Public", "Private", "Isolated"];

/**
 * Constructs `awsx:ec2:Vpc`: the component itself and, below its VPC, everything that the real one creates, with
 * the same names, tags, addresses and dependencies. Throws `VpcArgumentsError` before the first resource.
 */
export async function constructVpc(
  region: Region,
  monitor: ResourceMonitor,
  request: ConstructRequest,
): Promise<Constructed> {
  const { name, inputs, inputDependencies, options } = request;
  const args = parseArguments(region, inputs);
  const planned = planSubnets(args);
  const component = await monitor.register({ type: vpcType, name, ...options });
  if (args.specs && inputs.subnetStrategy === undefined)
    await warnOfLegacy(request, component, args, planned);
  const tagDependencies = inputDependencies.tags ?? [];
  const vpc = await registerVpc(monitor, component, request, args);
  const family = { monitor, name, args, tagDependencies, vpc };
  const internetGateway = registerChild(
    family,
    {
      type: types.internetGateway,
      name,
      parent: vpc,
      inputs: { vpcId: idOf(vpc), tags: sharedTags(name, args) },
    },
    { vpcId: vpc },
  );
  const [gateway, made] = await settleAll([
    internetGateway,
    makeSubnets({ ...family, internetGateway }, planned),
  ] as const);
  await monitor.finish(component.urn);
  return { urn: component.urn, outputs: collectOutputs(vpc, gateway, made, resolvedLayout(args, planned)) };
}

function registerVpc(
  monitor: ResourceMonitor,
  component: Registered,
  { name, inputs, inputDependencies, options }: ConstructRequest,
  args: VpcArguments,
): Promise<Registered> {
  const { region } = args;
  return monitor.register({
    type: types.vpc,
    name,
    parent: component.urn,
    inputs: {
      ...args.vpc,
      cidrBlock: inputs.cidrBlock ?? "10.0.0.0/16",
      tags: sharedTags(name, args),
      ...(region === undefined ? {} : { region }),
    },
    // Everything else depends on the VPC, and so on the component's own dependencies.
    dependencies: options.dependencies ?? [],
    inputDependencies: Object.fromEntries(
      ["tags", ...Object.keys(args.vpc)].map((input) => [input, inputDependencies[input] ?? []]),
    ),
  });
}

/** Zone by zone; public subnets first, because they contain the NAT gateways of the private ones. */
function makeSubnets(family: Family, planned: readonly PlannedSubnet[]): Promise<readonly MadeSubnet[]> {
  const { nat, zones } = family.args;
  const gateways = new Map<number, Promise<Registered>>();
  const making = zones.flatMap((_, zone) =>
    planned
      .filter((plan) => plan.zone === zone && plan.spec.type !== "Unused")
      .sort((a, b) => order.indexOf(a.spec.type) - order.indexOf(b.spec.type))
      .map((plan) => {
        const natZone = nat === "Single" ? 0 : zone;
        const carries =
          nat !== "None" && plan.spec.type === "Public" && natZone === zone && !gateways.has(zone);
        const made = makeSubnet(family, plan, { carries, gateway: gateways.get(natZone) });
        if (carries) gateways.set(zone, made.natGateway);
        return made.complete;
      }),
  );
  return settleAll(making);
}

function warnOfLegacy(
  { warn }: ConstructRequest,
  component: Registered,
  args: VpcArguments,
  planned: readonly PlannedSubnet[],
): Promise<void> {
  const layout = JSON.stringify(resolvedLayout(args, planned), undefined, 2);
  return warn(
    `The default subnetStrategy will change from "Legacy" to "Auto" in the next major version. Please specify the subnetStrategy explicitly. The current subnet layout can be specified via "Auto" as:\n\n${layout}`,
    component.urn,
  );
}
