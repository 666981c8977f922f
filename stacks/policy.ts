import * as pulumi from "@pulumi/pulumi";

/** One statement of an IAM policy. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string | string[]>>>>>;
}

/** A policy document of these statements. */
export function policyDocument(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/**
 * Whether AWS documents that a service sends `aws:SourceAccount` when it assumes a role. Where it is not documented, the
 * account is compared only if the key is there. EC2 assumes the role of an instance profile without that context.
 */
const sendsAccount = {
  "ecs-tasks.amazonaws.com": "always",
  "fis.amazonaws.com": "always",
  "firehose.amazonaws.com": "undocumented",
  "ec2.amazonaws.com": "never",
} as const;

/** A service that the program lets assume a role. */
export type TrustedService = keyof typeof sendsAccount;

/**
 * Lets an AWS service assume a role, and only on behalf of the given account (the "confused deputy" rule of the IAM
 * documentation).
 */
export function trustPolicy(service: TrustedService, accountId: string): pulumi.Output<string> {
  const sent = sendsAccount[service];
  const operator = sent === "always" ? "StringEquals" : "StringEqualsIfExists";
  return policyDocument([
    {
      Effect: "Allow",
      Principal: { Service: service },
      Action: "sts:AssumeRole",
      ...(sent !== "never" && { Condition: { [operator]: { "aws:SourceAccount": accountId } } }),
    },
  ]);
}
