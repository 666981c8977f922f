import { makeArn, makeId } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import { missing, need, needIfGiven, refuseWhileUsed, types } from "./references.ts";

/** The route of public subnets to the internet; a VPC has at most one. */
export const internetGateway = recorded(types.internetGateway, {
  inputs: ["vpcId", "tags"],
  replaceOn: [],
  computed: ["arn", "ownerId"],
  id: () => makeId("igw"),
  admit(region, { id, inputs }) {
    if (!needIfGiven(region, "vpc", inputs.vpcId)) return;
    const other = region.resources.find(
      types.internetGateway,
      (gateway) => gateway.id !== id && gateway.inputs.vpcId === inputs.vpcId,
    );
    if (other) {
      throw new AwsError(
        "Resource.AlreadyAssociated",
        `resource ${String(inputs.vpcId)} is already associated with ${other.id} (${other.name})`,
      );
    }
  },
  outputs: (region, { id }) => ({
    arn: makeArn(region, "ec2", `internet-gateway/${id}`),
    ownerId: region.accountId,
  }),
  release: (region, resource) => refuseWhileUsed(region, resource, "internetGateway", ["route"]),
});

/** A free address from 203.0.113.0/24, the documentation block of RFC 5737. */
function reservePublicAddress(region: Region): string {
  const taken = new Set(region.resources.all(types.eip).map(({ outputs }) => outputs.publicIp));
  for (let host = 1; host < 255; host += 1) {
    if (!taken.has(`203.0.113.${host}`)) return `203.0.113.${host}`;
  }
  throw new AwsError("AddressLimitExceeded", "The maximum number of addresses has been reached.");
}

/** A public address. It is not reachable on this machine. */
export const eip = recorded(types.eip, {
  inputs: ["domain", "tags"],
  replaceOn: ["domain"],
  computed: ["allocationId", "arn", "publicDns", "publicIp"],
  defaults: () => ({ domain: "vpc" }),
  validate: ({ domain }) =>
    domain === "vpc"
      ? []
      : [{ property: "domain", reason: `${String(domain)} is not vpc, the only supported value.` }],
  id: () => makeId("eipalloc"),
  outputs(region, { id }) {
    const publicIp = reservePublicAddress(region);
    return {
      allocationId: id,
      arn: makeArn(region, "ec2", `elastic-ip/${id}`),
      publicIp,
      publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${region.name}.compute.amazonaws.com`,
      associationId: "",
      instance: "",
      networkInterface: "",
      privateIp: "",
      publicIpv4Pool: "amazon",
      networkBorderGroup: region.name,
    };
  },
  release(region, resource) {
    const user = region.resources.find(types.natGateway, ({ inputs }) => inputs.allocationId === resource.id);
    if (user)
      throw new AwsError(
        "InvalidIPAddress.InUse",
        `Address ${resource.id} is in use by ${user.id} (${user.name}).`,
      );
  },
});

/** The route of private subnets to the internet, in one public subnet. */
export const natGateway = recorded(types.natGateway, {
  inputs: ["allocationId", "connectivityType", "subnetId", "tags"],
  replaceOn: ["allocationId", "connectivityType", "subnetId"],
  computed: ["associationId", "networkInterfaceId", "privateIp", "publicIp"],
  defaults: () => ({ connectivityType: "public" }),
  validate: (inputs) => [
    ...missing(inputs, "subnetId"),
    ...(inputs.connectivityType === "public" ? missing(inputs, "allocationId") : []),
  ],
  id: () => makeId("nat"),
  admit(region, { id, inputs }) {
    need(region, "subnet", inputs.subnetId);
    if (!needIfGiven(region, "eip", inputs.allocationId)) return;
    const other = region.resources.find(
      types.natGateway,
      (gateway) => gateway.id !== id && gateway.inputs.allocationId === inputs.allocationId,
    );
    if (other) {
      throw new AwsError(
        "Resource.AlreadyAssociated",
        `Elastic IP address ${String(inputs.allocationId)} is already associated with ${other.id}`,
      );
    }
  },
  outputs(region, { inputs }) {
    const address =
      typeof inputs.allocationId === "string"
        ? region.resources.get(types.eip, inputs.allocationId)
        : undefined;
    return {
      associationId: makeId("eipassoc"),
      networkInterfaceId: makeId("eni"),
      privateIp: "",
      publicIp: address?.outputs.publicIp ?? "",
    };
  },
  release: (region, resource) => refuseWhileUsed(region, resource, "natGateway", ["route"]),
});
