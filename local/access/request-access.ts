import { makeArn } from "../arn.ts";
import { findKey } from "../kms/keys.ts";
import type { AwsRequest } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Access } from "./policy.ts";

/** Services whose actions have a prefix other than their signing name. */
const prefixes: Readonly<Record<string, string>> = { monitoring: "cloudwatch", tagging: "tag" };

/** Operations whose action has a different name (Service Authorization Reference, "Amazon S3"). */
const actions: Readonly<Record<string, string>> = {
  "s3:HeadObject": "s3:GetObject",
  "s3:HeadBucket": "s3:ListBucket",
  "s3:ListObjectsV2": "s3:ListBucket",
  "s3:ListBuckets": "s3:ListAllMyBuckets",
  "s3:DeleteObjects": "s3:DeleteObject",
  "s3:GET ?location": "s3:GetBucketLocation",
};

/** Operations that need no permission (AWS STS API Reference, `GetCallerIdentity`). */
const free: ReadonlySet<string> = new Set(["sts:GetCallerIdentity"]);

type ResourcesOf = (region: Region, input: Record<string, unknown>) => readonly string[];

/** The resource ARNs that a call names; a service not listed here has only `*`. */
const resources: Readonly<Record<string, ResourcesOf>> = {
  firehose: (region, input) =>
    named(input.DeliveryStreamName, (name) => makeArn(region, "firehose", `deliverystream/${name}`)),
  ssm: (region, input) =>
    named([input.Name, input.Names, input.Path].flat(), (name) =>
      name.startsWith("arn:")
        ? name
        : makeArn(region, "ssm", `parameter${name.startsWith("/") ? "" : "/"}${name}`),
    ),
  kms: (region, input) => named(input.KeyId, (reference) => findKey(region, reference).arn),
  logs: (region, input) =>
    named(input.logGroupName, (name) => makeArn(region, "logs", `log-group:${name}:*`)),
  s3: (_region, input) => {
    const key = String(input.Key ?? "");
    return named(input.Bucket, (bucket) => `arn:aws:s3:::${bucket}${key === "" ? "" : `/${key}`}`);
  },
  ecs: (region, input) =>
    named(input.tasks ?? input.services ?? input.service, (name) => ecsArn(region, input, name)),
};

function ecsArn(region: Region, input: Record<string, unknown>, name: string): string {
  if (name.startsWith("arn:")) return name;
  const kind = input.tasks === undefined ? "service" : "task";
  const cluster = clusterName(input);
  return makeArn(region, "ecs", `${kind}/${cluster}/${name}`);
}

function clusterName(input: Record<string, unknown>): string {
  const cluster = String(input.cluster ?? "default");
  return cluster.slice(cluster.lastIndexOf("/") + 1);
}

function named(value: unknown, toArn: (name: string) => string): readonly string[] {
  return [value]
    .flat()
    .filter((name) => typeof name === "string" && name !== "")
    .map((name) => toArn(name as string));
}

/** The permissions that a call needs: its action on each resource that it names, or on `*` where it names none. */
export function accessOf(region: Region, { service, operation, input }: AwsRequest): readonly Access[] {
  const name = `${prefixes[service] ?? service}:${operation}`;
  if (free.has(name)) return [];
  const action = actions[name] ?? name;
  const arns = resources[service]?.(region, input) ?? [];
  const context: Record<string, string> =
    service === "ecs" ? { "ecs:cluster": makeArn(region, "ecs", `cluster/${clusterName(input)}`) } : {};
  return (arns.length > 0 ? arns : ["*"]).map((resource) => ({ action, resource, context }));
}
