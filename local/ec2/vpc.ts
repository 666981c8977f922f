import { deriveId, makeArn, makeId } from "../arn.ts";
import { recorded } from "../record-only-handler.ts";
import { invalidCidr, missing, refuseWhileNamed, refuseWhileUsed, types } from "./references.ts";

/**
 * A VPC is an address block; creating it also creates its main route table, default security group and network
 * ACL.
 */
export const vpc = recorded(types.vpc, {
  inputs: [
    "cidrBlock",
    "enableDnsHostnames",
    "enableDnsSupport",
    "enableNetworkAddressUsageMetrics",
    "instanceTenancy",
    "tags",
  ],
  replaceOn: ["cidrBlock"],
  computed: [
    "arn",
    "defaultNetworkAclId",
    "defaultRouteTableId",
    "defaultSecurityGroupId",
    "dhcpOptionsId",
    "mainRouteTableId",
    "ownerId",
  ],
  defaults: () => ({ enableDnsSupport: true, instanceTenancy: "default" }),
  validate: (inputs) => [
    ...missing(inputs, "cidrBlock"),
    ...invalidCidr(inputs, "cidrBlock", { least: 16, most: 28 }),
    ...(["default", "dedicated"].includes(String(inputs.instanceTenancy))
      ? []
      : [
          {
            property: "instanceTenancy",
            reason: `${String(inputs.instanceTenancy)} is neither default nor dedicated.`,
          },
        ]),
  ],
  id: () => makeId("vpc"),
  outputs: (region, { id, inputs }) => ({
    arn: makeArn(region, "ec2", `vpc/${id}`),
    defaultNetworkAclId: deriveId("acl", id),
    defaultRouteTableId: deriveId("rtb", id),
    defaultSecurityGroupId: deriveId("sg", id),
    dhcpOptionsId: deriveId("dopt", region.accountId),
    mainRouteTableId: deriveId("rtb", id),
    ownerId: region.accountId,
    // Without IPv6 AWS returns empty strings and zero, and subnets compare theirs with it.
    assignGeneratedIpv6CidrBlock: false,
    ipv6AssociationId: "",
    ipv6CidrBlock: "",
    ipv6CidrBlockNetworkBorderGroup: "",
    ipv6IpamPoolId: "",
    ipv6NetmaskLength: 0,
    enableDnsHostnames: inputs.enableDnsHostnames ?? false,
    enableNetworkAddressUsageMetrics: inputs.enableNetworkAddressUsageMetrics ?? false,
  }),
  release(region, resource) {
    refuseWhileUsed(region, resource, "vpc", [
      "subnet",
      "internetGateway",
      "routeTable",
      "securityGroup",
      "vpnGateway",
      "vpcEndpoint",
    ]);
    refuseWhileNamed(region, resource, "network", ["aws:lb/targetGroup:TargetGroup"]);
  },
});
