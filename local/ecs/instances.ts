import { makeArn, makeId } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import { flagOf, numberOf, objectOf, textOf, textsOf } from "../values.ts";
import { zonesOfSubnets } from "../zones.ts";

/* Instances are only recorded: tasks run on the machine itself. What EC2 would refuse is refused here too. */
const launchTemplateType = "aws:ec2/launchTemplate:LaunchTemplate";
export const groupType = "aws:autoscaling/group:Group";

export const launchTemplate = recorded(launchTemplateType, {
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
  outputs: (region, { id, inputs }) => {
    const before = region.resources.get(launchTemplateType, id)?.outputs ?? {};
    const version = (numberOf(before, "latestVersion") ?? 0) + 1;
    // The first version is the default unless another is chosen.
    const chosen = flagOf(inputs, "updateDefaultVersion") === true ? version : undefined;
    return {
      arn: makeArn(region, "ec2", `launch-template/${id}`),
      latestVersion: version,
      defaultVersion: chosen ?? numberOf(before, "defaultVersion") ?? version,
    };
  },
  admit(region, { id, inputs }) {
    const name = textOf(inputs, "name");
    const other = region.resources.find(
      launchTemplateType,
      (template) => template.outputs.name === name && template.id !== id,
    );
    if (other)
      throw new AwsError(
        "InvalidLaunchTemplateName.AlreadyExistsException",
        `Launch template name already in use: ${name}.`,
      );
  },
});

export const autoScalingGroup = recorded(groupType, {
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
  admit(region, { id, inputs }, existing) {
    if (!existing && region.resources.get(groupType, id))
      throw new AwsError("AlreadyExists", `AutoScalingGroup by this name already exists: ${id}.`);
    admitTemplate(region, objectOf(inputs, "launchTemplate") ?? {});
    const least = numberOf(inputs, "minSize") ?? 0;
    const most = numberOf(inputs, "maxSize") ?? 0;
    const desired = numberOf(inputs, "desiredCapacity") ?? least;
    if (least > most || desired < least || desired > most)
      throw new AwsError(
        "ValidationError",
        `minSize ${least}, desiredCapacity ${desired} and maxSize ${most} must be in this order.`,
      );
  },
});

/** A group refers to its template by id or by name. */
function admitTemplate(region: Region, reference: Properties): void {
  const [id, name] = [textOf(reference, "id"), textOf(reference, "name")];
  const found = region.resources.find(
    launchTemplateType,
    (template) => template.id === id || (name !== undefined && template.outputs.name === name),
  );
  if (!found)
    throw new AwsError(
      "ValidationError",
      `You must use a valid fully-formed launch template. ${id ?? name ?? "None"} does not exist.`,
    );
}
