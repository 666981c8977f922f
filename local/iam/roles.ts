import { randomBytes } from "node:crypto";
import { managedPolicies } from "../access/permissions.ts";
import { parsePolicy } from "../access/policy.ts";
import { parseTrust } from "../access/trust.ts";
import { makeGlobalArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { isUnknown } from "../pulumi-protocol/markers.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { Resource, Value } from "../resource.ts";
import type { CheckFailure, ResourceHandler } from "../resource-handler.ts";

export const roleType = "aws:iam/role:Role";
export const rolePolicyType = "aws:iam/rolePolicy:RolePolicy";
export const attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
export const instanceProfileType = "aws:iam/instanceProfile:InstanceProfile";

/** Ids in IAM's format: 17 letters and digits after a prefix that names the kind. */
function uniqueId(prefix: "AROA" | "AIPA"): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return `${prefix}${Array.from(randomBytes(17), (byte) => letters[byte % letters.length]).join("")}`;
}

function wrongName(property: string, value: Value | undefined, longest: number): readonly CheckFailure[] {
  const wrong =
    typeof value === "string" && !isUnknown(value) && !new RegExp(`^[\\w+=,.@-]{1,${longest}}$`).test(value);
  return wrong ? [{ property, reason: `${value} must be 1 to ${longest} letters, digits and +=,.@_-.` }] : [];
}

function wrongPolicy(
  property: string,
  value: Value | undefined,
  parse: (text: string) => unknown,
): readonly CheckFailure[] {
  if (typeof value !== "string" || isUnknown(value)) return [];
  try {
    parse(value);
    return [];
  } catch (error) {
    return [{ property, reason: (error as Error).message }];
  }
}

/** The role that an input refers to, by name or by ARN. @throws AwsError NoSuchEntity */
export function findRole(region: Region, reference: unknown): Resource {
  const role = region.resources.find(
    roleType,
    ({ id, outputs }) => id === reference || outputs.arn === reference,
  );
  if (!role)
    throw new AwsError("NoSuchEntity", `The role with name ${String(reference)} cannot be found.`, 404);
  return role;
}

export function isOfRole(role: Resource) {
  return ({ inputs }: Resource): boolean => inputs.role === role.id || inputs.role === role.outputs.arn;
}

function refuseTaken(region: Region, type: string, id: string, what: string): void {
  if (region.resources.get(type, id))
    throw new AwsError("EntityAlreadyExists", `${what} with name ${id} already exists.`, 409);
}

function pathOf(path: Value | undefined): string {
  return typeof path === "string" ? path : "/";
}

const role = recorded(roleType, {
  inputs: [
    "name",
    "assumeRolePolicy",
    "description",
    "path",
    "maxSessionDuration",
    "forceDetachPolicies",
    // Recorded: the policy is the account's, and the region does not know its document.
    "permissionsBoundary",
    "tags",
  ],
  replaceOn: ["name", "path"],
  computed: ["arn", "createDate", "uniqueId"],
  autoname: { property: "name", maxLength: 64 },
  defaults: () => ({ path: "/", maxSessionDuration: 3600, forceDetachPolicies: false }),
  validate: ({ name, assumeRolePolicy }) => [
    ...wrongName("name", name, 64),
    ...wrongPolicy("assumeRolePolicy", assumeRolePolicy, parseTrust),
  ],
  id: (_region, { inputs }) => String(inputs.name),
  admit(region, { id, inputs }, existing) {
    if (!existing) refuseTaken(region, roleType, id, "Role");
    refuseMalformed(String(inputs.assumeRolePolicy), parseTrust);
  },
  outputs: (region, { id, inputs }) => ({
    arn: makeGlobalArn(region, "iam", `role${pathOf(inputs.path)}${id}`),
    createDate: new Date().toISOString(),
    uniqueId: uniqueId("AROA"),
  }),
  release(region, resource) {
    const used = [rolePolicyType, attachmentType, instanceProfileType].flatMap((type) =>
      region.resources.all(type).filter(isOfRole(resource)),
    );
    if (used.length === 0 || resource.inputs.forceDetachPolicies === true) return;
    const names = used.map(({ id }) => id).join(", ");
    throw new AwsError(
      "DeleteConflict",
      `Cannot delete entity, must detach all policies and profiles first: ${names}.`,
      409,
    );
  },
});

/** Inline policies are evaluated for every call of a task (see endpoint/permissions.ts). */
const rolePolicy = recorded(rolePolicyType, {
  inputs: ["name", "role", "policy"],
  replaceOn: ["name", "role"],
  computed: [],
  autoname: { property: "name", maxLength: 128 },
  validate: ({ name, policy }) => [
    ...wrongName("name", name, 128),
    ...wrongPolicy("policy", policy, parsePolicy),
  ],
  id: (_region, { inputs }) => `${String(inputs.role)}:${String(inputs.name)}`,
  admit(region, { inputs }) {
    findRole(region, inputs.role);
    refuseMalformed(String(inputs.policy), parsePolicy);
  },
});

/** In a preview the document may be unknown, so unsupported elements are refused here again. */
function refuseMalformed(text: string, parse: (text: string) => unknown): void {
  try {
    parse(text);
  } catch (error) {
    throw new AwsError("MalformedPolicyDocument", (error as Error).message);
  }
}

const rolePolicyAttachment = recorded(attachmentType, {
  inputs: ["role", "policyArn"],
  replaceOn: ["role", "policyArn"],
  computed: [],
  id: (_region, { inputs }) => `${String(inputs.role)}/${String(inputs.policyArn)}`,
  admit(region, { inputs }) {
    findRole(region, inputs.role);
    const arn = String(inputs.policyArn);
    if (Object.hasOwn(managedPolicies, arn)) return;
    const known = Object.keys(managedPolicies).join(", ");
    throw new AwsError(
      "NoSuchEntity",
      `Policy ${arn} is not known to the local region; it knows ${known}.`,
      404,
    );
  },
});

const instanceProfile = recorded(instanceProfileType, {
  inputs: ["name", "role", "path", "tags"],
  replaceOn: ["name", "path"],
  computed: ["arn", "createDate", "uniqueId"],
  autoname: { property: "name", maxLength: 128 },
  defaults: () => ({ path: "/" }),
  validate: ({ name }) => wrongName("name", name, 128),
  id: (_region, { inputs }) => String(inputs.name),
  admit(region, { id, inputs }, existing) {
    if (!existing) refuseTaken(region, instanceProfileType, id, "Instance Profile");
    if (inputs.role !== undefined) findRole(region, inputs.role);
  },
  outputs: (region, { id, inputs }) => ({
    arn: makeGlobalArn(region, "iam", `instance-profile${pathOf(inputs.path)}${id}`),
    createDate: new Date().toISOString(),
    uniqueId: uniqueId("AIPA"),
  }),
});

export const iamResourceHandlers: readonly ResourceHandler[] = [
  role,
  rolePolicy,
  rolePolicyAttachment,
  instanceProfile,
];
