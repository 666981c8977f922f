import { createHash } from "node:crypto";
import { makeArn, makeId } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { Properties, Value } from "../resource.ts";
import { invalidCidr, missing, need, needIfGiven, refuseWhileUsed, types } from "./references.ts";

export const routeTable = recorded(types.routeTable, {
  inputs: ["vpcId", "tags"],
  replaceOn: ["vpcId"],
  computed: ["arn", "ownerId"],
  validate: (inputs) => missing(inputs, "vpcId"),
  id: () => makeId("rtb"),
  admit: (region, { inputs }) => void need(region, "vpc", inputs.vpcId),
  outputs: (region, { id }) => ({
    arn: makeArn(region, "ec2", `route-table/${id}`),
    ownerId: region.accountId,
    routes: [],
    propagatingVgws: [],
  }),
  release: (region, resource) => refuseWhileUsed(region, resource, "routeTable", ["routeTableAssociation"]),
});

const targets = ["gatewayId", "natGatewayId"] as const;

/** The provider identifies a route by its table and a hash of its destination. */
function routeId({ routeTableId, destinationCidrBlock }: Properties): string {
  const hash = createHash("sha256").update(String(destinationCidrBlock)).digest().readUInt32BE();
  return `r-${String(routeTableId)}${hash}`;
}

export const route = recorded(types.route, {
  inputs: ["routeTableId", "destinationCidrBlock", ...targets],
  replaceOn: ["routeTableId", "destinationCidrBlock"],
  computed: ["origin", "state"],
  validate: (inputs) => [
    ...missing(inputs, "routeTableId", "destinationCidrBlock"),
    ...invalidCidr(inputs, "destinationCidrBlock"),
    ...(targets.filter((target) => inputs[target] !== undefined).length === 1
      ? []
      : [{ property: "gatewayId", reason: `exactly one of ${targets.join(" and ")} must be given.` }]),
  ],
  id: (_region, { inputs }) => routeId(inputs),
  admit(region, { id, inputs }, existing) {
    need(region, "routeTable", inputs.routeTableId);
    needIfGiven(region, "natGateway", inputs.natGatewayId);
    needGateway(region, inputs.gatewayId);
    if (!existing && region.resources.get(types.route, id)) {
      const reason = `The route identified by ${String(inputs.destinationCidrBlock)} already exists.`;
      throw new AwsError("RouteAlreadyExists", reason);
    }
  },
  outputs: () => ({ origin: "CreateRoute", state: "active" }),
});

/** An internet gateway or a VPN gateway. */
function needGateway(region: Region, id: Value | undefined): void {
  needIfGiven(region, typeof id === "string" && id.startsWith("vgw-") ? "vpnGateway" : "internetGateway", id);
}

/** A subnet uses exactly one table. */
export const routeTableAssociation = recorded(types.routeTableAssociation, {
  inputs: ["routeTableId", "subnetId"],
  replaceOn: ["subnetId"],
  computed: [],
  validate: (inputs) => missing(inputs, "routeTableId", "subnetId"),
  id: () => makeId("rtbassoc"),
  admit(region, { id, inputs }) {
    need(region, "routeTable", inputs.routeTableId);
    need(region, "subnet", inputs.subnetId);
    const other = region.resources.find(
      types.routeTableAssociation,
      (association) => association.id !== id && association.inputs.subnetId === inputs.subnetId,
    );
    if (other) {
      const reason = `the specified association for route table ${String(inputs.routeTableId)} conflicts with an existing association: ${other.id}`;
      throw new AwsError("Resource.AlreadyAssociated", reason);
    }
  },
});
