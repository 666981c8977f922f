import { randomBytes } from "node:crypto";
import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { CheckFailure, ResourceHandler } from "../resource-handler.ts";
import { numberOf, objectOf, textOf, textsOf } from "../values.ts";
import { zonesOfSubnets } from "../zones.ts";
import { Balancer } from "./balancer.ts";
import { findBalancer, forgetBalancer, rememberBalancer } from "./balancer-registry.ts";
import { types } from "./types.ts";

/** Inputs without effect on one machine, each with the reason. */
const recordedInputs: Readonly<Record<string, string>> = {
  internal: "every address here is a loopback address; none is reached from outside",
  desyncMitigationMode: "HAProxy forwards no ambiguous request in any mode; see docs/local-region.md",
  tags: "kept for the APIs",
};

/** An Application Load Balancer as one HAProxy on an edge address. */
export const loadBalancer: ResourceHandler = {
  type: types.loadBalancer,
  inputs: [
    "name",
    "loadBalancerType",
    "securityGroups",
    "subnets",
    "idleTimeout",
    "clientKeepAlive",
    "dropInvalidHeaderFields",
    "enableDeletionProtection",
    "accessLogs",
    ...Object.keys(recordedInputs),
  ],
  replaceOn: ["name", "internal", "loadBalancerType"],
  computed: ["arn", "arnSuffix", "dnsName", "vpcId", "zoneId"],
  autoname: { property: "name", maxLength: 32 },
  deleteBeforeReplace: true,
  defaults: () => ({
    loadBalancerType: "application",
    internal: false,
    idleTimeout: 60,
    clientKeepAlive: 3600,
    dropInvalidHeaderFields: false,
    enableDeletionProtection: false,
  }),
  validate,
  async create(region, { urn, name, inputs }) {
    admit(region, inputs);
    const own = textOf(inputs, "name") ?? name;
    const arn = makeArn(
      region,
      "elasticloadbalancing",
      `loadbalancer/app/${own}/${randomBytes(8).toString("hex")}`,
    );
    const balancer = new Balancer(region, arn, own);
    rememberBalancer(region, arn, balancer);
    const outputs = outputsOf(region, { arn, inputs, address: balancer.address });
    region.resources.put({ type: types.loadBalancer, id: arn, urn, name, inputs, outputs });
    return { id: arn, outputs };
  },
  async update(region, resource, inputs) {
    admit(region, inputs);
    const outputs = { ...resource.outputs, ...inputs };
    region.resources.put({ ...resource, inputs, outputs });
    await findBalancer(region, resource.id)?.apply();
    return outputs;
  },
  async read(region, resource) {
    return findBalancer(region, resource.id) && resource.outputs;
  },
  async delete(region, resource) {
    if (resource.inputs.enableDeletionProtection === true) {
      throw new AwsError(
        "OperationNotPermitted",
        `Load balancer '${resource.id}' cannot be deleted because deletion protection is enabled`,
      );
    }
    await findBalancer(region, resource.id)?.end();
    forgetBalancer(region, resource.id);
    region.addresses.release(`haproxy/${textOf(resource.inputs, "name") ?? resource.name}`);
  },
  async restore(region, resource) {
    const own = textOf(resource.inputs, "name") ?? resource.name;
    rememberBalancer(region, resource.id, new Balancer(region, resource.id, own));
  },
};

function validate(inputs: Properties): readonly CheckFailure[] {
  const failures: CheckFailure[] = [];
  const type = textOf(inputs, "loadBalancerType");
  if (type !== undefined && type !== "application") {
    failures.push({ property: "loadBalancerType", reason: `it is ${type}; only application is supported.` });
  }
  const keepAlive = numberOf(inputs, "clientKeepAlive");
  if (keepAlive !== undefined && (keepAlive < 60 || keepAlive > 604_800))
    failures.push({ property: "clientKeepAlive", reason: `it is ${keepAlive}; it must be 60 to 604800.` });
  const own = textOf(inputs, "name");
  if (own !== undefined && !/^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(own)) {
    failures.push({
      property: "name",
      reason: `it is ${own}; it must be 1 to 32 letters, digits and hyphens.`,
    });
  }
  return failures;
}

function admit(region: Region, inputs: Properties): void {
  if (zonesOfSubnets(region, textsOf(inputs, "subnets")).length < 2) {
    throw new AwsError(
      "InvalidConfigurationRequest",
      "At least two subnets in two different Availability Zones must be specified",
    );
  }
  for (const id of textsOf(inputs, "securityGroups")) {
    if (region.resources.get("aws:ec2/securityGroup:SecurityGroup", id)) continue;
    throw new AwsError("InvalidSecurityGroup", `Security group '${id}' does not exist`);
  }
  const logs = objectOf(inputs, "accessLogs");
  const bucket = logs?.enabled === true ? textOf(logs, "bucket") : undefined;
  if (
    bucket !== undefined &&
    !region.resources.find("aws:s3/bucket:Bucket", (stored) => stored.inputs.bucket === bucket)
  ) {
    throw new AwsError("InvalidConfigurationRequest", `S3Bucket: ${bucket} does not exist`);
  }
}

function outputsOf(
  region: Region,
  { arn, inputs, address }: { readonly arn: string; readonly inputs: Properties; readonly address: string },
): Properties {
  const subnet = region.resources.get("aws:ec2/subnet:Subnet", textsOf(inputs, "subnets")[0] ?? "");
  return {
    ...inputs,
    arn,
    arnSuffix: arn.slice(arn.indexOf("app/")),
    // The machine's resolver knows no names of the region, so the address is used.
    dnsName: address,
    vpcId: (subnet && textOf(subnet.outputs, "vpcId")) ?? "",
    zoneId: "Z32O12XQLNTSW2",
  };
}
