import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "./deployment.ts";
import { policyDocument, type Statement, type TrustedService, trustPolicy } from "./policy.ts";

interface RoleArgs {
  /** Name of the role within the environment. */
  readonly thing: string;
  readonly service: TrustedService;
  readonly description?: string;
}

/** A role for an AWS service, within the permissions boundary of the account if it demands one. */
export function createRole(
  parent: pulumi.Resource,
  { config, names, place }: Deployment,
  { thing, service, description }: RoleArgs,
): aws.iam.Role {
  return new aws.iam.Role(
    thing,
    {
      name: names.of(thing),
      ...(description !== undefined && { description }),
      assumeRolePolicy: trustPolicy(service, place.accountId),
      ...(config.permissionsBoundary !== undefined && { permissionsBoundary: config.permissionsBoundary }),
      tags: names.tags(thing),
    },
    { parent },
  );
}

/** The permissions of a role, as its only inline policy. */
export function grant(
  parent: pulumi.Resource,
  { names }: Deployment,
  args: {
    readonly thing: string;
    readonly role: aws.iam.Role;
    readonly statements: readonly Statement[];
  },
): aws.iam.RolePolicy {
  const { thing, role, statements } = args;
  return new aws.iam.RolePolicy(
    thing,
    { name: names.of(thing), role: role.name, policy: policyDocument(statements) },
    { parent },
  );
}
