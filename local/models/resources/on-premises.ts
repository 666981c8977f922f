import type { Value } from "../../resource.ts";
import { type ResourceMappings, tagsOf } from "./mapping.ts";

/** VPN gateways of EC2, and Direct Connect. */
export const privateLine: ResourceMappings = {
  "aws:ec2/vpnGateway:VpnGateway": {
    service: "ec2",
    requests: [
      {
        operation: "CreateVpnGateway",
        properties: {
          amazonSideAsn: "AmazonSideAsn",
          availabilityZone: "AvailabilityZone",
          tags: tagsOf("vpn-gateway"),
        },
        defaults: { Type: "ipsec.1" },
      },
      { operation: "AttachVpnGateway", properties: { vpcId: "VpcId" }, assigned: ["VpnGatewayId"] },
    ],
  },
  "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation": {
    service: "ec2",
    requests: [
      {
        operation: "EnableVgwRoutePropagation",
        properties: { vpnGatewayId: "GatewayId", routeTableId: "RouteTableId" },
      },
    ],
  },
  "aws:directconnect/gatewayAssociation:GatewayAssociation": {
    service: "directconnect",
    requests: [
      {
        operation: "CreateDirectConnectGatewayAssociation",
        properties: {
          dxGatewayId: "directConnectGatewayId",
          associatedGatewayId: "gatewayId",
          allowedPrefixes: (value) => ({
            addAllowedPrefixesToDirectConnectGateway: (value as Value[]).map((cidr) => ({ cidr })),
          }),
        },
      },
    ],
  },
};
