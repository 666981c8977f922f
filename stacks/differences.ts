import type { environmentKeys } from "./config/config.ts";

/**
 * Everything in which an environment's resources differ from production's, besides names, addresses and tags. A
 * test compares the two resource graphs with this list, so an undeclared difference fails it.
 */
const settings = [
  setting(
    "aws:rds/cluster:Cluster",
    "deletionProtection",
    true,
    false,
    "An environment must be deletable at once.",
  ),
  setting(
    "aws:rds/cluster:Cluster",
    "skipFinalSnapshot",
    false,
    true,
    "A snapshot would outlive the environment.",
  ),
  setting(
    "aws:rds/cluster:Cluster",
    "deleteAutomatedBackups",
    false,
    true,
    "Backups would outlive the environment.",
  ),
  setting(
    "aws:rds/cluster:Cluster",
    "protect",
    true,
    false,
    "Pulumi itself refuses to delete what holds the data.",
  ),
  setting("aws:kms/key:Key", "protect", true, false, "Without the key the data is lost."),
  setting("aws:kms/key:Key", "deletionWindowInDays", 30, 7, "AWS deletes no key sooner than after 7 days."),
  setting(
    "aws:lb/loadBalancer:LoadBalancer",
    "enableDeletionProtection",
    true,
    false,
    "An environment must be deletable at once.",
  ),
  setting(
    "aws:s3/bucket:Bucket",
    "forceDestroy",
    false,
    true,
    "A bucket with objects in it cannot be deleted.",
  ),
  setting(
    "aws:autoscaling/group:Group",
    "forceDelete",
    false,
    true,
    "Instances protected from scale-in would block it.",
  ),
  setting(
    "aws:ecs/service:Service",
    "forceDelete",
    false,
    true,
    "A service with running tasks cannot be deleted.",
  ),
  setting(
    "aws:ecs/taskDefinition:TaskDefinition",
    "CLIENT_CERTIFICATES_VERIFIED",
    "off",
    "on",
    "The admin site believes a client certificate only where the ingress has verified it.",
  ),
] as const;

const access = "The insiders' authority and its revocation list lie in a bucket of their own.";
const line =
  "An environment would announce its addresses over production's line, unless dmm-env:privateLine is everywhere.";
const faults = "Faults are injected into environments only.";

/** Resources, and properties of resources, that only one of the two has. */
const presences: readonly Presence[] = [
  only(
    "production",
    { type: "aws:rds/cluster:Cluster", property: "finalSnapshotIdentifier" },
    "An environment skips it.",
  ),
  only(
    "environment",
    { type: "aws:lb/listener:Listener", property: "mutualAuthentication" },
    "Only insiders get in.",
  ),
  only(
    "environment",
    { type: "aws:lb/trustStore:TrustStore" },
    "Insiders' certificates are verified against their authority.",
  ),
  only(
    "environment",
    { type: "aws:lb/trustStoreRevocation:TrustStoreRevocation" },
    "A revoked insider is refused.",
  ),
  only("environment", { type: "aws:s3/bucketObjectv2:BucketObjectv2" }, access),
  only("environment", { type: "aws:s3/bucket:Bucket", name: "access" }, access),
  only("environment", { type: "aws:s3/bucketPolicy:BucketPolicy", name: "access" }, access),
  only(
    "environment",
    { type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", name: "access" },
    access,
  ),
  only(
    "environment",
    { type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", name: "access" },
    access,
  ),
  only(
    "environment",
    {
      type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      name: "access",
    },
    access,
  ),
  only("production", { type: "aws:ec2/vpnGateway:VpnGateway" }, line),
  only("production", { type: "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation" }, line),
  only("production", { type: "aws:directconnect/gatewayAssociation:GatewayAssociation" }, line),
  only(
    "production",
    { type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", name: "on-premises-*" },
    line,
  ),
  only("environment", { type: "aws:iam/role:Role", name: "faults" }, faults),
  only("environment", { type: "aws:iam/rolePolicy:RolePolicy", name: "faults" }, faults),
  only(
    "environment",
    { type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", name: "insiders-*" },
    "Requests come from the insiders' networks only; production is open to the public.",
  ),
  only(
    "production",
    { type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", name: "public" },
    "Requests come from the insiders' networks only; production is open to the public.",
  ),
];

/** A property, resource option or environment variable with one value in production and another elsewhere. */
export interface Setting {
  readonly kind: "setting";
  /** Pulumi type token. */
  readonly type: string;
  readonly property: string;
  readonly production: boolean | number | string;
  readonly environment: boolean | number | string;
  readonly reason: string;
}

/** A resource that only one side has, or a property of it. */
export interface Presence {
  readonly kind: "presence";
  readonly in: "production" | "environment";
  readonly type: string;
  /** Logical name; absent: every resource of the type. A trailing `*` matches any suffix. */
  readonly name?: string;
  /** Absent: the whole resource. */
  readonly property?: string;
  readonly reason: string;
}

/** Consequences of a key that an environment may set differently from production. */
export interface Configured {
  readonly kind: "configured";
  readonly key: (typeof environmentKeys)[number];
  readonly type: string;
  /** For resources that only one side has it is declared with them. */
  readonly property: string;
  readonly reason: string;
}

const port =
  "A machine may keep the port for itself or for another program; then an environment there has another.";

const configured: readonly Configured[] = [
  follows("ingressPort", { type: "aws:lb/listener:Listener", property: "port" }, port),
  follows("ingressPort", { type: "aws:ecs/taskDefinition:TaskDefinition", property: "ISSUER" }, port),
  follows("servicePort", { type: "aws:lb/targetGroup:TargetGroup", property: "port" }, port),
  follows("servicePort", { type: "aws:lb/listener:Listener", property: "port" }, port),
  follows("servicePort", { type: "aws:ecs/service:Service", property: "loadBalancers" }, port),
  follows("servicePort", { type: "aws:ecs/taskDefinition:TaskDefinition", property: "portMappings" }, port),
  follows("servicePort", { type: "aws:ecs/taskDefinition:TaskDefinition", property: "PORT" }, port),
  follows("servicePort", { type: "aws:ecs/taskDefinition:TaskDefinition", property: "UPSTREAM_URL" }, port),
  follows("databasePort", { type: "aws:rds/cluster:Cluster", property: "port" }, port),
  follows("databasePort", { type: "aws:ecs/taskDefinition:TaskDefinition", property: "DATABASE_PORT" }, port),
  follows("cachePort", { type: "aws:elasticache/replicationGroup:ReplicationGroup", property: "port" }, port),
  follows("cachePort", { type: "aws:ecs/taskDefinition:TaskDefinition", property: "REDIS_PORT" }, port),
  ...rulesFollow("servicePort"),
  ...rulesFollow("databasePort"),
  ...rulesFollow("cachePort"),
];

export type Difference = Setting | Presence | Configured;

/** The whole list, for reports and for the proof of parity. */
export const declaredDifferences: readonly Difference[] = [...settings, ...presences, ...configured];

type Declared = (typeof settings)[number];

/** The value of a property that the list above declares as different. */
export function differing<T extends Declared["type"], P extends Extract<Declared, { type: T }>["property"]>(
  config: { readonly production: boolean },
  type: T,
  property: P,
): Extract<Declared, { type: T; property: P }>["production" | "environment"] {
  const found = settings.find((it) => it.type === type && it.property === property);
  // The parameter types allow declared pairs only.
  return (config.production ? found?.production : found?.environment) as never;
}

function setting<T extends string, P extends string, V extends boolean | number | string>(
  type: T,
  property: P,
  production: V,
  environment: V,
  reason: string,
) {
  return { kind: "setting", type, property, production, environment, reason } as const;
}

function follows(
  key: Configured["key"],
  what: { readonly type: string; readonly property: string },
  reason: string,
): Configured {
  return { kind: "configured", key, ...what, reason };
}

/** For security group rules that depend on a key. */
function rulesFollow(key: Configured["key"]): readonly Configured[] {
  return [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  ].flatMap((type) => ["fromPort", "toPort"].map((property) => follows(key, { type, property }, port)));
}

function only(
  where: Presence["in"],
  what: { readonly type: string; readonly name?: string; readonly property?: string },
  reason: string,
): Presence {
  return { kind: "presence", in: where, ...what, reason };
}
