import { makeArn, makeId } from "../arn.ts";
import { AwsError } from "../operation.ts";
import type { Realisation } from "../realisation.ts";
import { recorded } from "../recorded.ts";
import { objectOf, textOf, textsOf } from "../values.ts";
import { zonesOfSubnets } from "../zones.ts";

/*
 * Capacity is only recorded: the machine itself is what tasks run on. What AWS would refuse is refused here too: a
 * group without a launch template, a provider without a group, a cluster with an unknown provider.
 */

const launchTemplate = recorded("aws:ec2/launchTemplate:LaunchTemplate", {
  inputs: [
    "name",
    "imageId",
    "instanceType",
    "updateDefaultVersion",
    "iamInstanceProfile",
    "metadataOptions",
    "monitoring",
    "blockDeviceMappings",
    "vpcSecurityGroupIds",
    "networkInterfaces",
    "tagSpecifications",
    "userData",
    "tags",
    "description",
  ],
  replaceOn: ["name"],
  computed: ["id", "arn", "latestVersion", "defaultVersion"],
  changing: ["latestVersion", "defaultVersion"],
  autoname: { property: "name", maxLength: 125 },
  id: () => makeId("lt"),
  outputs: (region, { id }) => {
    const before = region.resources.get("aws:ec2/launchTemplate:LaunchTemplate", id)?.outputs.latestVersion;
    const version = (typeof before === "number" ? before : 0) + 1;
    return {
      arn: makeArn(region, "ec2", `launch-template/${id}`),
      latestVersion: version,
      defaultVersion: version,
    };
  },
});

const autoScalingGroup = recorded("aws:autoscaling/group:Group", {
  inputs: [
    "name",
    "minSize",
    "maxSize",
    "desiredCapacity",
    "vpcZoneIdentifiers",
    "launchTemplate",
    "healthCheckType",
    "healthCheckGracePeriod",
    "protectFromScaleIn",
    "forceDelete",
    "tags",
    "maxInstanceLifetime",
    "capacityRebalance",
    "waitForCapacityTimeout",
    "instanceRefresh",
    "enabledMetrics",
    "metricsGranularity",
    "terminationPolicies",
  ],
  replaceOn: ["name"],
  computed: ["id", "arn", "availabilityZones"],
  changing: ["availabilityZones"],
  autoname: { property: "name", maxLength: 255 },
  id: (_region, { inputs }) => textOf(inputs, "name") ?? "",
  outputs: (region, { id, inputs }) => ({
    arn: makeArn(
      region,
      "autoscaling",
      `autoScalingGroup:${makeId("g").slice(2)}:autoScalingGroupName/${id}`,
    ),
    availabilityZones: zonesOfSubnets(region, textsOf(inputs, "vpcZoneIdentifiers")).map(
      (zone) => region.availabilityZones[zone - 1] ?? "",
    ),
  }),
  admit(region, { inputs }) {
    const template = textOf(objectOf(inputs, "launchTemplate") ?? {}, "id") ?? "";
    if (!region.resources.get("aws:ec2/launchTemplate:LaunchTemplate", template)) {
      throw new AwsError(
        "ValidationError",
        `You must use a valid fully-formed launch template. ${template} does not exist.`,
      );
    }
  },
});

const cluster = recorded("aws:ecs/cluster:Cluster", {
  inputs: ["name", "settings", "configuration", "serviceConnectDefaults", "tags"],
  replaceOn: ["name"],
  computed: ["id", "arn"],
  autoname: { property: "name", maxLength: 255 },
  id: (region, { inputs }) => makeArn(region, "ecs", `cluster/${textOf(inputs, "name")}`),
  outputs: (_region, { id }) => ({ arn: id }),
  release(region, { id, outputs }) {
    const services = region.resources
      .all("aws:ecs/service:Service")
      .filter(({ inputs }) => inputs.cluster === id || inputs.cluster === outputs.name);
    if (services.length > 0) {
      throw new AwsError(
        "ClusterContainsServicesException",
        `The cluster ${id} still has ${services.length} services.`,
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
  admit(region, { inputs }) {
    const arn = textOf(objectOf(inputs, "autoScalingGroupProvider") ?? {}, "autoScalingGroupArn") ?? "";
    if (!region.resources.find("aws:autoscaling/group:Group", ({ outputs }) => outputs.arn === arn)) {
      throw new AwsError("ClientException", `The Auto Scaling group ${arn} does not exist.`);
    }
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
    const unknown = textsOf(inputs, "capacityProviders").filter((name) => !known.has(name));
    if (unknown.length > 0) {
      throw new AwsError(
        "InvalidParameterException",
        `The specified capacity provider ${unknown.join(", ")} was not found.`,
      );
    }
  },
});

/** Types of compute capacity that are remembered and checked, and for which nothing runs. */
export const capacityRecords: readonly Realisation[] = [
  launchTemplate,
  autoScalingGroup,
  cluster,
  capacityProvider,
  clusterCapacityProviders,
];
