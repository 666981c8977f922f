import { join } from "node:path";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import { replaceFile } from "../environment/file.ts";
import { OperatorError } from "../errors.ts";
import { readAuthority } from "./authority.ts";
import type { AwsAccess } from "./aws-access.ts";
import { type Grant, listGrants, writeGrant } from "./grants.ts";
import {
  createRevocationList,
  type Revocations,
  readRevocations,
  writeRevocations,
} from "./revocation-list.ts";

/** The trust store that the entrance asks, and where it fetches its lists from. */
export type TrustStore = NonNullable<PlatformOutputs["access"]>;

/**
 * Revokes grants: one list for all of them, published at the entrance, after which their certificates are dead. Grants
 * that are revoked already are revoked again without harm.
 */
export async function revokeGrants(
  directory: string,
  grants: readonly Grant[],
  publishAt?: { readonly aws: AwsAccess; readonly trustStore: TrustStore },
): Promise<void> {
  const earlier = readRevocations(directory);
  const at = new Date().toISOString();
  const dead = new Set(earlier.entries.map(({ serial }) => serial));
  const serials = grants.flatMap(({ serial, renewed = [] }) => [serial, ...renewed]);
  const added = serials.filter((serial) => !dead.has(serial)).map((serial) => ({ serial, at }));
  const revocations: Revocations = {
    ...earlier,
    number: earlier.number + 1,
    entries: [...earlier.entries, ...added],
  };
  const list = await createRevocationList(await readAuthority(directory), revocations);
  // Remembered first: a kill after this line leaves a list that the next revocation publishes in any case.
  writeRevocations(directory, revocations);
  replaceFile(join(directory, "revoked.pem"), list);
  for (const grant of grants)
    if (grant.revoked === undefined) writeGrant(directory, { ...grant, revoked: at });
  if (publishAt !== undefined) {
    const published = await publishList(publishAt.aws, publishAt.trustStore, revocations, list);
    writeRevocations(directory, { ...revocations, published });
  }
}

/** Every grant that the entrance would still let in, and those whose revocation may not have reached it. */
export function revocableGrants(directory: string): readonly Grant[] {
  return listGrants(directory).filter((grant) => Date.parse(grant.expires) > Date.now());
}

/** Gives the entrance a new list, then takes back the one before. In between both hold. */
async function publishList(
  aws: AwsAccess,
  trustStore: TrustStore,
  revocations: Revocations,
  list: string,
): Promise<string> {
  const [{ S3Client, PutObjectCommand }, balancing] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/client-elastic-load-balancing-v2"),
  ]);
  const {
    AddTrustStoreRevocationsCommand,
    ElasticLoadBalancingV2Client,
    RemoveTrustStoreRevocationsCommand,
  } = balancing;
  const key = `revoked-${revocations.number}.crl`;
  const s3 = new S3Client({ ...aws, forcePathStyle: aws.endpoint !== undefined });
  const elb = new ElasticLoadBalancingV2Client(aws);
  try {
    await s3.send(new PutObjectCommand({ Bucket: trustStore.bucket, Key: key, Body: list }));
    const { TrustStoreRevocations: [added] = [] } = await elb.send(
      new AddTrustStoreRevocationsCommand({
        TrustStoreArn: trustStore.trustStoreArn,
        RevocationContents: [{ S3Bucket: trustStore.bucket, S3Key: key, RevocationType: "CRL" }],
      }),
    );
    if (revocations.published !== undefined) {
      await elb.send(
        new RemoveTrustStoreRevocationsCommand({
          TrustStoreArn: trustStore.trustStoreArn,
          RevocationIds: [Number(revocations.published)],
        }),
      );
    }
    return String(added?.RevocationId ?? "");
  } catch (cause) {
    const { name, message } = cause as Error;
    throw new OperatorError(
      "DMM_AWS_FAILED",
      { operation: "to publish the revocation list", problem: `${name}: ${message}` },
      cause,
    );
  } finally {
    s3.destroy();
    elb.destroy();
  }
}
