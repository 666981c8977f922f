import type * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";

/** The route table of the private subnet in one zone; awsx has no output for it. */
export function privateRouteTable(vpc: awsx.ec2.Vpc, zone: number): pulumi.Output<string> {
  return vpc.routeTableAssociations
    .apply((associations) =>
      pulumi.all(associations.map(({ subnetId, routeTableId }) => pulumi.all({ subnetId, routeTableId }))),
    )
    .apply((pairs) =>
      vpc.privateSubnetIds.apply((subnets) => {
        const table = pairs.find((pair) => pair.subnetId === subnets[zone])?.routeTableId;
        if (table === undefined)
          throw new pulumi.RunError(`The VPC has no route table for its private subnet in zone ${zone + 1}.`);
        return table;
      }),
    );
}
