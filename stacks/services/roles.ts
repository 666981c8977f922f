import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import type { Statement } from "../policy.ts";
import { createRole, grant } from "../role.ts";

/** A role, and the policy without which it is useless. */
export interface GrantedRole {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
}

interface ExecutionArgs {
  readonly service: string;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly parameters: readonly aws.ssm.Parameter[];
  readonly key: aws.kms.Key;
}

/**
 * Permissions for ECS to start one service's tasks: pull the image, write the log, read exactly that service's
 * secrets.
 */
export function createExecutionRole(
  parent: pulumi.Resource,
  deployment: Deployment,
  { service, logGroup, parameters, key }: ExecutionArgs,
): GrantedRole {
  const statements = [...pullImage(deployment), writeLog(logGroup), ...readSecrets(parameters, key)];
  return createServiceRole(parent, deployment, { thing: `${service}-execution`, statements });
}

/** Permissions of the service's own code. */
export function createTaskRole(
  parent: pulumi.Resource,
  deployment: Deployment,
  { service, statements }: { readonly service: string; readonly statements: readonly Statement[] },
): GrantedRole {
  return createServiceRole(parent, deployment, { thing: `${service}-task`, statements });
}

function createServiceRole(
  parent: pulumi.Resource,
  deployment: Deployment,
  { thing, statements }: { readonly thing: string; readonly statements: readonly Statement[] },
): GrantedRole {
  const role = createRole(parent, deployment, { thing, service: "ecs-tasks.amazonaws.com" });
  return { role, policy: grant(parent, deployment, { thing, role, statements }) };
}

function pullImage({ image: { repositoryArn } }: Deployment): readonly Statement[] {
  if (repositoryArn === undefined) return [];
  return [
    // IAM supports no narrower resource for this action.
    { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Effect: "Allow",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: repositoryArn,
    },
  ];
}

function writeLog(logGroup: aws.cloudwatch.LogGroup): Statement {
  return {
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: pulumi.interpolate`${logGroup.arn}:*`,
  };
}

function readSecrets(parameters: readonly aws.ssm.Parameter[], key: aws.kms.Key): readonly Statement[] {
  if (parameters.length === 0) return [];
  const arns = parameters.map((parameter) => parameter.arn);
  return [
    { Effect: "Allow", Action: "ssm:GetParameters", Resource: arns },
    {
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: key.arn,
      // Parameter Store names the parameter in the encryption context, so the key decrypts only these.
      Condition: { StringEquals: { "kms:EncryptionContext:PARAMETER_ARN": pulumi.all(arns) } },
    },
  ];
}
