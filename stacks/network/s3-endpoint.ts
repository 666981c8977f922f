import * as aws from "@pulumi/aws";
import type * as awsx from "@pulumi/awsx";
import type * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import { privateRouteTable } from "./route-tables.ts";

/**
 * The route from the private subnets to S3 without a NAT gateway, free of charge. Image layers are in S3, so tasks
 * pulled from ECR use it too.
 */
export function createS3Endpoint(
  parent: pulumi.Resource,
  { names, place }: Deployment,
  vpc: awsx.ec2.Vpc,
): void {
  new aws.ec2.VpcEndpoint(
    "s3",
    {
      vpcId: vpc.vpcId,
      serviceName: `com.amazonaws.${place.region}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: place.zones.map((_, index) => privateRouteTable(vpc, index)),
      tags: names.tags("s3"),
    },
    { parent },
  );
}
