import { makeArn, makeId } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { CheckFailure } from "../resource-handler.ts";
import { textsOf } from "../values.ts";
import { missing, need, types } from "./references.ts";

/** Services that have gateway endpoints. */
const gatewayServices = ["s3", "dynamodb"];

/** A gateway endpoint: a route to S3 in route tables, which costs nothing. Others need interfaces and are rejected. */
export const vpcEndpoint = recorded(types.vpcEndpoint, {
  inputs: ["vpcId", "serviceName", "vpcEndpointType", "routeTableIds", "policy", "tags"],
  replaceOn: ["vpcId", "serviceName", "vpcEndpointType"],
  computed: ["arn", "ownerId", "prefixListId", "state"],
  defaults: () => ({ vpcEndpointType: "Gateway" }),
  validate: (inputs) => [...missing(inputs, "vpcId", "serviceName"), ...otherTypes(inputs.vpcEndpointType)],
  id: () => makeId("vpce"),
  admit(region, { id, inputs }) {
    const vpc = need(region, "vpc", inputs.vpcId);
    admitService(region, String(inputs.serviceName));
    for (const tableId of textsOf(inputs, "routeTableIds")) {
      const table = need(region, "routeTable", tableId);
      if (table.inputs.vpcId !== vpc.id)
        throw new AwsError("InvalidParameterValue", `Route table ${tableId} is not in the VPC ${vpc.id}.`);
      const other = region.resources.find(
        types.vpcEndpoint,
        (endpoint) =>
          endpoint.id !== id &&
          endpoint.inputs.serviceName === inputs.serviceName &&
          textsOf(endpoint.inputs, "routeTableIds").includes(tableId),
      );
      if (other)
        throw new AwsError(
          "RouteAlreadyExists",
          `Route table ${tableId} already has a route to ${other.id}.`,
        );
    }
  },
  outputs: (region, { id, inputs }) => ({
    arn: makeArn(region, "ec2", `vpc-endpoint/${id}`),
    ownerId: region.accountId,
    prefixListId: `pl-${Buffer.from(String(inputs.serviceName)).toString("hex").slice(-8)}`,
    state: "available",
  }),
});

function otherTypes(type: unknown): readonly CheckFailure[] {
  if (type === "Gateway") return [];
  return [
    { property: "vpcEndpointType", reason: `${String(type)} is not Gateway, the only supported type.` },
  ];
}

function admitService(region: Region, serviceName: string): void {
  const known = gatewayServices.map((service) => `com.amazonaws.${region.name}.${service}`);
  if (known.includes(serviceName)) return;
  throw new AwsError("InvalidServiceName", `The Vpc Endpoint Service '${serviceName}' does not exist`);
}
