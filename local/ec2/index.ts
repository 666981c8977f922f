import type { ResourceHandler } from "../resource-handler.ts";
import { vpcEndpoint } from "./endpoints.ts";
import { eip, internetGateway, natGateway } from "./gateways.ts";
import { gatewayAssociation, vpnGateway, vpnGatewayRoutePropagation } from "./on-premises.ts";
import { route, routeTable, routeTableAssociation } from "./routing.ts";
import { egressRule, ingressRule, securityGroup } from "./security-groups.ts";
import { subnet } from "./subnet.ts";
import { vpc } from "./vpc.ts";

/**
 * The network exists as records: addresses, references and refusals follow AWS, packets use the machine's
 * loopback.
 */
export const handlers: readonly ResourceHandler[] = [
  vpc,
  subnet,
  internetGateway,
  eip,
  natGateway,
  routeTable,
  route,
  routeTableAssociation,
  vpcEndpoint,
  securityGroup,
  ingressRule,
  egressRule,
  vpnGateway,
  vpnGatewayRoutePropagation,
  gatewayAssociation,
];
