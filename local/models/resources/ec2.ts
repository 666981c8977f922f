import type { Properties, Value } from "../../resource.ts";
import type { Fragment, PropertyMapping, ResourceMapping, ResourceMappings } from "./mapping.ts";
import { tagsOf, together } from "./mapping.ts";

/** Attributes of a VPC or a subnet are objects with one value. */
function flag(member: string): PropertyMapping {
  return (value) => ({ [member]: { Value: value } });
}

/** One rule is one permission with one source or destination. */
function permissionOf(inputs: Properties): Fragment {
  const { ipProtocol, fromPort, toPort, cidrIpv4, prefixListId, referencedSecurityGroupId } = inputs;
  const described = (name: string, value: Value | undefined) =>
    value === undefined ? undefined : [{ [name]: value, Description: inputs.description }];
  return {
    IpPermissions: [
      {
        IpProtocol: ipProtocol,
        FromPort: fromPort,
        ToPort: toPort,
        IpRanges: described("CidrIp", cidrIpv4),
        PrefixListIds: described("PrefixListId", prefixListId),
        UserIdGroupPairs: described("GroupId", referencedSecurityGroupId),
      },
    ],
  };
}

function securityGroupRule(operation: string): ResourceMapping {
  return {
    service: "ec2",
    requests: [
      {
        operation,
        properties: {
          securityGroupId: "GroupId",
          ipProtocol: (_value, inputs) => permissionOf(inputs),
          fromPort: together,
          toPort: together,
          cidrIpv4: together,
          prefixListId: together,
          referencedSecurityGroupId: together,
          description: together,
          tags: tagsOf("security-group-rule"),
        },
      },
    ],
  };
}

/** Networks, addresses and security groups of EC2. */
export const network: ResourceMappings = {
  "aws:ec2/vpc:Vpc": {
    service: "ec2",
    requests: [
      {
        operation: "CreateVpc",
        properties: { cidrBlock: "CidrBlock", instanceTenancy: "InstanceTenancy", tags: tagsOf("vpc") },
      },
      {
        operation: "ModifyVpcAttribute",
        properties: {
          enableDnsHostnames: flag("EnableDnsHostnames"),
          enableDnsSupport: flag("EnableDnsSupport"),
          enableNetworkAddressUsageMetrics: flag("EnableNetworkAddressUsageMetrics"),
        },
        assigned: ["VpcId"],
      },
    ],
  },
  "aws:ec2/subnet:Subnet": {
    service: "ec2",
    requests: [
      {
        operation: "CreateSubnet",
        properties: {
          vpcId: "VpcId",
          cidrBlock: "CidrBlock",
          availabilityZone: "AvailabilityZone",
          tags: tagsOf("subnet"),
        },
      },
      {
        operation: "ModifySubnetAttribute",
        properties: {
          mapPublicIpOnLaunch: flag("MapPublicIpOnLaunch"),
          assignIpv6AddressOnCreation: flag("AssignIpv6AddressOnCreation"),
        },
        assigned: ["SubnetId"],
      },
    ],
  },
  "aws:ec2/internetGateway:InternetGateway": {
    service: "ec2",
    requests: [
      { operation: "CreateInternetGateway", properties: { tags: tagsOf("internet-gateway") } },
      {
        operation: "AttachInternetGateway",
        properties: { vpcId: "VpcId" },
        assigned: ["InternetGatewayId"],
      },
    ],
  },
  "aws:ec2/eip:Eip": {
    service: "ec2",
    requests: [
      { operation: "AllocateAddress", properties: { domain: "Domain", tags: tagsOf("elastic-ip") } },
    ],
  },
  "aws:ec2/natGateway:NatGateway": {
    service: "ec2",
    requests: [
      {
        operation: "CreateNatGateway",
        properties: {
          allocationId: "AllocationId",
          connectivityType: "ConnectivityType",
          subnetId: "SubnetId",
          tags: tagsOf("natgateway"),
        },
      },
    ],
  },
  "aws:ec2/routeTable:RouteTable": {
    service: "ec2",
    requests: [
      { operation: "CreateRouteTable", properties: { vpcId: "VpcId", tags: tagsOf("route-table") } },
    ],
  },
  "aws:ec2/route:Route": {
    service: "ec2",
    requests: [
      {
        operation: "CreateRoute",
        properties: {
          routeTableId: "RouteTableId",
          destinationCidrBlock: "DestinationCidrBlock",
          gatewayId: "GatewayId",
          natGatewayId: "NatGatewayId",
        },
      },
    ],
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    service: "ec2",
    requests: [
      {
        operation: "AssociateRouteTable",
        properties: { routeTableId: "RouteTableId", subnetId: "SubnetId" },
      },
    ],
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    service: "ec2",
    requests: [
      {
        operation: "CreateVpcEndpoint",
        properties: {
          vpcId: "VpcId",
          serviceName: "ServiceName",
          vpcEndpointType: "VpcEndpointType",
          routeTableIds: "RouteTableIds",
          policy: "PolicyDocument",
          tags: tagsOf("vpc-endpoint"),
        },
      },
    ],
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    service: "ec2",
    requests: [
      {
        operation: "CreateSecurityGroup",
        properties: {
          name: "GroupName",
          description: "Description",
          vpcId: "VpcId",
          tags: tagsOf("security-group"),
        },
      },
    ],
    provider: {
      namePrefix: "begins the automatic name",
      revokeRulesOnDelete: "revokes the group's rules before it is deleted",
    },
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule(
    "AuthorizeSecurityGroupIngress",
  ),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule(
    "AuthorizeSecurityGroupEgress",
  ),
};
