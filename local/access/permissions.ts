import { AwsError, type AwsRequest } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Resource } from "../resource.ts";
import { type Access, evaluate, parsePolicy, type Statement } from "./policy.ts";
import { accessOf } from "./request-access.ts";

/** Managed policies of AWS that the region supports; attaching any other is refused. */
export const managedPolicies: Readonly<Record<string, readonly Statement[]>> = {
  "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy": allow(
    "ecr:GetAuthorizationToken",
    "ecr:BatchCheckLayerAvailability",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchGetImage",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
  ),
  // Both are for agents on the instance, which do not exist on this machine.
  "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role": [],
  "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore": [],
};

function allow(...actions: readonly string[]): readonly Statement[] {
  return [{ effect: "Allow", actions, resources: ["*"], conditions: [] }];
}

/** All statements of a role's inline and managed policies. */
function statementsOf(region: Region, role: Resource): readonly Statement[] {
  const isOfRole = ({ inputs }: Resource) => inputs.role === role.id || inputs.role === role.outputs.arn;
  const inline = region.resources.all("aws:iam/rolePolicy:RolePolicy").filter(isOfRole);
  const attached = region.resources.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment").filter(isOfRole);
  return [
    ...inline.flatMap(({ inputs }) => parsePolicy(String(inputs.policy))),
    ...attached.flatMap(({ inputs }) => managedPolicies[String(inputs.policyArn)] ?? []),
  ];
}

/** Whether a role has a permission. A role that does not exist has none. */
export function isAllowed(region: Region, roleArn: string, access: Access): boolean {
  const role = region.resources.find("aws:iam/role:Role", ({ outputs }) => outputs.arn === roleArn);
  if (!role) return false;
  const context = {
    "aws:ResourceAccount": region.accountId,
    "aws:RequestedRegion": region.name,
    ...access.context,
  };
  return evaluate(statementsOf(region, role), { ...access, context });
}

/** The operator may do everything; a task has its role's permissions. @throws AwsError AccessDeniedException */
export function assertAllowed(region: Region, caller: AwsRequest["caller"], access: Access): void {
  if (caller.kind === "operator" || isAllowed(region, caller.roleArn, access)) return;
  const session = caller.taskArn.slice(caller.taskArn.lastIndexOf("/") + 1);
  const role = caller.roleArn.slice(caller.roleArn.lastIndexOf("/") + 1);
  const who = `arn:aws:sts::${region.accountId}:assumed-role/${role}/${session}`;
  throw new AwsError(
    "AccessDeniedException",
    `User: ${who} is not authorized to perform: ${access.action} on resource: ${access.resource}` +
      " because no identity-based policy allows the action",
    403,
  );
}

/** Refuses a call whose caller lacks the permission for its action on one of its resources. */
export function admitCaller(region: Region, request: AwsRequest): void {
  if (request.caller.kind === "operator") return;
  for (const access of accessOf(region, request)) assertAllowed(region, request.caller, access);
}
