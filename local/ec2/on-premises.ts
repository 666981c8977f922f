import { randomUUID } from "node:crypto";
import { makeArn, makeId } from "../arn.ts";
import { recorded } from "../record-only-handler.ts";
import type { Properties } from "../resource.ts";
import type { CheckFailure } from "../resource-handler.ts";
import { parseCidr } from "./cidr.ts";
import { missing, need, needIfGiven, refuseWhileUsed, types } from "./references.ts";

/** The VPC's side of a connection to on-premises networks. */
export const vpnGateway = recorded(types.vpnGateway, {
  inputs: ["vpcId", "amazonSideAsn", "availabilityZone", "tags"],
  replaceOn: ["amazonSideAsn", "availabilityZone"],
  computed: ["arn", "amazonSideAsn"],
  id: () => makeId("vgw"),
  admit: (region, { inputs }) => void needIfGiven(region, "vpc", inputs.vpcId),
  outputs: (region, { id, inputs }) => ({
    arn: makeArn(region, "ec2", `vpn-gateway/${id}`),
    amazonSideAsn: inputs.amazonSideAsn ?? "64512",
  }),
  release: (region, resource) =>
    refuseWhileUsed(region, resource, "vpnGateway", [
      "vpnGatewayRoutePropagation",
      "gatewayAssociation",
      "route",
    ]),
});

export const vpnGatewayRoutePropagation = recorded(types.vpnGatewayRoutePropagation, {
  inputs: ["vpnGatewayId", "routeTableId"],
  replaceOn: ["vpnGatewayId", "routeTableId"],
  computed: [],
  validate: (inputs) => missing(inputs, "vpnGatewayId", "routeTableId"),
  id: (_region, { inputs }) => `${String(inputs.vpnGatewayId)}_${String(inputs.routeTableId)}`,
  admit(region, { inputs }) {
    need(region, "vpnGateway", inputs.vpnGatewayId);
    need(region, "routeTable", inputs.routeTableId);
  },
});

/**
 * The Direct Connect gateway belongs to the company's network and exists outside this region; its id is accepted
 * without a check.
 */
export const gatewayAssociation = recorded(types.gatewayAssociation, {
  inputs: ["dxGatewayId", "associatedGatewayId", "allowedPrefixes"],
  replaceOn: ["dxGatewayId", "associatedGatewayId"],
  computed: [
    "associatedGatewayOwnerAccountId",
    "associatedGatewayType",
    "dxGatewayAssociationId",
    "dxGatewayOwnerAccountId",
  ],
  validate: (inputs) => [
    ...missing(inputs, "dxGatewayId", "associatedGatewayId"),
    ...invalidPrefixes(inputs),
  ],
  id: () => `ga-${randomUUID()}`,
  admit: (region, { inputs }) => void need(region, "vpnGateway", inputs.associatedGatewayId),
  outputs: (region, { id }) => ({
    associatedGatewayOwnerAccountId: region.accountId,
    associatedGatewayType: "virtualPrivateGateway",
    dxGatewayAssociationId: id,
    dxGatewayOwnerAccountId: region.accountId,
  }),
});

function invalidPrefixes({ allowedPrefixes }: Properties): readonly CheckFailure[] {
  const prefixes = Array.isArray(allowedPrefixes) ? allowedPrefixes : [];
  return prefixes
    .filter((prefix) => typeof prefix === "string" && prefix.includes("/") && !parseCidr(prefix))
    .map((prefix) => ({ property: "allowedPrefixes", reason: `${String(prefix)} is not an IPv4 block.` }));
}
