/**
 * Everything in which an environment's resources differ from production's, beside names, addresses and tags. Nothing
 * else in the program may ask which of the two it is; a test compares the two resource graphs with this list.
 */
const settings = [
  difference(
    "aws:rds/cluster:Cluster",
    "deletionProtection",
    true,
    false,
    "An environment must be deletable at once.",
  ),
  difference(
    "aws:rds/cluster:Cluster",
    "skipFinalSnapshot",
    false,
    true,
    "A snapshot would outlive the environment.",
  ),
  difference(
    "aws:rds/cluster:Cluster",
    "deleteAutomatedBackups",
    false,
    true,
    "Backups would outlive the environment.",
  ),
  difference(
    "aws:rds/cluster:Cluster",
    "protect",
    true,
    false,
    "Pulumi itself refuses to delete what holds the data.",
  ),
  difference("aws:kms/key:Key", "protect", true, false, "Without the key the data is lost."),
  difference(
    "aws:lb/loadBalancer:LoadBalancer",
    "enableDeletionProtection",
    true,
    false,
    "As for the database.",
  ),
  difference(
    "aws:s3/bucket:Bucket",
    "forceDestroy",
    false,
    true,
    "A bucket with objects in it cannot be deleted.",
  ),
  difference(
    "aws:kms/key:Key",
    "deletionWindowInDays",
    30,
    7,
    "AWS deletes no key sooner than after 7 days.",
  ),
  difference(
    "aws:autoscaling/group:Group",
    "forceDelete",
    false,
    true,
    "Instances protected from scale-in would block it.",
  ),
  difference(
    "aws:ecs/service:Service",
    "forceDelete",
    false,
    true,
    "A service with running tasks cannot be deleted.",
  ),
] as const;

/** Resources and properties that only one of the two has. */
const presences = [
  only(
    "production",
    "aws:rds/cluster:Cluster",
    "finalSnapshotIdentifier",
    "Names the snapshot that an environment skips.",
  ),
  only(
    "environment",
    "aws:lb/listener:Listener",
    "mutualAuthentication",
    "Only insiders get in; production is public.",
  ),
  only("environment", "aws:lb/trustStore:TrustStore", undefined, "The insiders' authority."),
  only(
    "environment",
    "aws:lb/trustStoreRevocation:TrustStoreRevocation",
    undefined,
    "The insiders' revoked certificates.",
  ),
  only(
    "environment",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    undefined,
    "The authority and its revocation list.",
  ),
  only("environment", "aws:s3/*", "access", "The bucket that these two lie in, with its settings."),
  only(
    "environment",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "cidrIpv4",
    "The insiders' networks.",
  ),
] as const;

/** One declared difference; `property` is absent where the whole resource is meant. */
export type Difference =
  | {
      readonly kind: "setting";
      readonly type: string;
      readonly property: string;
      readonly production: boolean | number;
      readonly environment: boolean | number;
      readonly reason: string;
    }
  | {
      readonly kind: "only";
      readonly in: "production" | "environment";
      readonly type: string;
      readonly property: string | undefined;
      readonly reason: string;
    };

/** The whole list, for reports and for the proof of parity. */
export const declaredDifferences: readonly Difference[] = [...settings, ...presences];

type Setting = (typeof settings)[number];

/** The value of a property that the list above declares as different. */
export function differing<T extends Setting["type"], P extends Extract<Setting, { type: T }>["property"]>(
  config: { readonly production: boolean },
  type: T,
  property: P,
): Extract<Setting, { type: T; property: P }>["production" | "environment"] {
  const found = settings.find((it) => it.type === type && it.property === property);
  // The parameter types admit declared pairs only.
  return (config.production ? found?.production : found?.environment) as never;
}

function difference<T extends string, P extends string, V extends boolean | number>(
  type: T,
  property: P,
  production: V,
  environment: V,
  reason: string,
) {
  return { kind: "setting", type, property, production, environment, reason } as const;
}

function only(
  where: "production" | "environment",
  type: string,
  property: string | undefined,
  reason: string,
) {
  return { kind: "only", in: where, type, property, reason } as const;
}
