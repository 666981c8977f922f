import { requiredText } from "../input.ts";
import { AwsError, type AwsRequest, type Operations } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Resource } from "../resource.ts";
import {
  attachmentType,
  findRole,
  instanceProfileType,
  isOfRole,
  rolePolicyType,
  roleType,
} from "./roles.ts";

function describeRole({ id, inputs, outputs }: Resource): Record<string, unknown> {
  return {
    Path: inputs.path,
    RoleName: id,
    RoleId: outputs.uniqueId,
    Arn: outputs.arn,
    CreateDate: outputs.createDate,
    // IAM's responses contain percent-encoded documents (RFC 3986).
    AssumeRolePolicyDocument: encodeURIComponent(String(inputs.assumeRolePolicy)),
    Description: inputs.description,
    MaxSessionDuration: inputs.maxSessionDuration,
    Tags: listOfTags(inputs.tags),
  };
}

function listOfTags(tags: unknown): Record<string, unknown> {
  const entries = Object.entries((tags ?? {}) as Record<string, string>);
  return { member: entries.map(([Key, Value]) => ({ Key, Value })) };
}

function describeProfile(region: Region, { id, inputs, outputs }: Resource): Record<string, unknown> {
  const roles = inputs.role === undefined ? [] : [describeRole(findRole(region, inputs.role))];
  return {
    Path: inputs.path,
    InstanceProfileName: id,
    InstanceProfileId: outputs.uniqueId,
    Arn: outputs.arn,
    CreateDate: outputs.createDate,
    Roles: { member: roles },
    Tags: listOfTags(inputs.tags),
  };
}

function ofRole(region: Region, request: AwsRequest, type: string): readonly Resource[] {
  return region.resources.all(type).filter(isOfRole(findRole(region, requiredText(request, "RoleName"))));
}

/** Describes roles from the region's own records, which are also evaluated for every call of a task. */
export const iamOperations: Operations = {
  async GetRole(region, request) {
    return { Role: describeRole(findRole(region, requiredText(request, "RoleName"))) };
  },
  async ListRoles(region) {
    return { Roles: { member: region.resources.all(roleType).map(describeRole) }, IsTruncated: false };
  },
  async ListRolePolicies(region, request) {
    const names = ofRole(region, request, rolePolicyType).map(({ inputs }) => inputs.name);
    return { PolicyNames: { member: names }, IsTruncated: false };
  },
  async GetRolePolicy(region, request) {
    const name = requiredText(request, "PolicyName");
    const policy = ofRole(region, request, rolePolicyType).find(({ inputs }) => inputs.name === name);
    if (!policy)
      throw new AwsError("NoSuchEntity", `The role policy with name ${name} cannot be found.`, 404);
    return {
      RoleName: requiredText(request, "RoleName"),
      PolicyName: name,
      PolicyDocument: encodeURIComponent(String(policy.inputs.policy)),
    };
  },
  async ListAttachedRolePolicies(region, request) {
    const attached = ofRole(region, request, attachmentType).map(({ inputs }) => {
      const arn = String(inputs.policyArn);
      return { PolicyName: arn.slice(arn.lastIndexOf("/") + 1), PolicyArn: arn };
    });
    return { AttachedPolicies: { member: attached }, IsTruncated: false };
  },
  async GetInstanceProfile(region, request) {
    const name = requiredText(request, "InstanceProfileName");
    const profile = region.resources.get(instanceProfileType, name);
    if (!profile) throw new AwsError("NoSuchEntity", `Instance Profile ${name} cannot be found.`, 404);
    return { InstanceProfile: describeProfile(region, profile) };
  },
  async ListInstanceProfiles(region) {
    const profiles = region.resources
      .all(instanceProfileType)
      .map((profile) => describeProfile(region, profile));
    return { InstanceProfiles: { member: profiles }, IsTruncated: false };
  },
};
