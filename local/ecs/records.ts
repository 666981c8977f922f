import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { objectOf, objectsOf, textOf, textsOf } from "../values.ts";
import { servicesOf } from "./cluster.ts";
import { autoScalingGroup, groupType, launchTemplate } from "./instances.ts";

/*
 * Capacity is only recorded: tasks run on the machine itself. What AWS would refuse is refused here too: a
 * provider without a group, a cluster with an unknown provider.
 */

const cluster = recorded("aws:ecs/cluster:Cluster", {
  inputs: ["name", "settings", "configuration", "serviceConnectDefaults", "tags"],
  replaceOn: ["name"],
  computed: ["id", "arn"],
  autoname: { property: "name", maxLength: 255 },
  id: (region, { inputs }) => makeArn(region, "ecs", `cluster/${textOf(inputs, "name")}`),
  outputs: (_region, { id }) => ({ arn: id }),
  admit(region, { id }, existing) {
    // ECS returns the existing one; two resources of one program must not share it.
    if (!existing && region.resources.get("aws:ecs/cluster:Cluster", id))
      throw new AwsError("ClientException", `The cluster ${id} exists already.`);
  },
  release(region, cluster) {
    const services = servicesOf(region, cluster);
    if (services.length > 0) {
      throw new AwsError(
        "ClusterContainsServicesException",
        `The cluster ${cluster.id} still has ${services.length} services.`,
      );
    }
  },
});

const capacityProvider = recorded("aws:ecs/capacityProvider:CapacityProvider", {
  inputs: ["name", "autoScalingGroupProvider", "tags"],
  replaceOn: ["name"],
  computed: ["id", "arn"],
  autoname: { property: "name", maxLength: 255 },
  id: (region, { inputs }) => makeArn(region, "ecs", `capacity-provider/${textOf(inputs, "name")}`),
  outputs: (_region, { id }) => ({ arn: id }),
  admit(region, { id, inputs }, existing) {
    const name = textOf(inputs, "name") ?? "";
    if (!existing && region.resources.get("aws:ecs/capacityProvider:CapacityProvider", id))
      throw new AwsError("ClientException", `The capacity provider ${name} exists already.`);
    if (/^(aws|ecs|fargate)/i.test(name))
      throw new AwsError("ClientException", `The name ${name} must not begin with aws, ecs or fargate.`);
    const arn = textOf(objectOf(inputs, "autoScalingGroupProvider") ?? {}, "autoScalingGroupArn") ?? "";
    if (!region.resources.find(groupType, ({ outputs }) => outputs.arn === arn))
      throw new AwsError("ClientException", `The Auto Scaling group ${arn} does not exist.`);
  },
  release(region, { outputs }) {
    const used = region.resources
      .all("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders")
      .find(({ inputs }) => textsOf(inputs, "capacityProviders").includes(String(outputs.name)));
    if (used)
      throw new AwsError(
        "ResourceInUseException",
        `The capacity provider ${outputs.name} is associated with the cluster ${used.id}.`,
      );
  },
});

const clusterCapacityProviders = recorded("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", {
  inputs: ["clusterName", "capacityProviders", "defaultCapacityProviderStrategies"],
  replaceOn: ["clusterName"],
  computed: ["id"],
  id: (_region, { inputs }) => textOf(inputs, "clusterName") ?? "",
  admit(region, { inputs }) {
    const known = new Set(
      region.resources.all("aws:ecs/capacityProvider:CapacityProvider").map(({ outputs }) => outputs.name),
    );
    const own = textsOf(inputs, "capacityProviders");
    const defaults = objectsOf(inputs, "defaultCapacityProviderStrategies").flatMap(
      (entry) => textOf(entry, "capacityProvider") ?? [],
    );
    const unknown = [
      ...own.filter((name) => !known.has(name)),
      ...defaults.filter((name) => !own.includes(name)),
    ];
    if (unknown.length > 0) {
      throw new AwsError(
        "InvalidParameterException",
        `The specified capacity provider ${unknown.join(", ")} was not found.`,
      );
    }
  },
});

/** Types of compute capacity that are validated and recorded without running anything. */
export const capacityRecords: readonly ResourceHandler[] = [
  launchTemplate,
  autoScalingGroup,
  cluster,
  capacityProvider,
  clusterCapacityProviders,
];
