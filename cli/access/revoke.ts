import { join } from "node:path";
import { replaceFile } from "../../machine/files.ts";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
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
import { type IssuedSerial, readSerials } from "./serials.ts";

/** The trust store of the ingress, and the source of its lists. */
export type TrustStore = NonNullable<PlatformOutputs["access"]>;

/** Where a list is published. */
export interface Publication {
  readonly aws: AwsAccess;
  readonly trustStore: TrustStore;
}

/**
 * Revokes grants, with every certificate that their insiders ever had: one list for all of them, published at the
 * ingress, after which they are refused. Revoking again is harmless.
 */
export async function revokeGrants(
  directory: string,
  grants: readonly Grant[],
  publishAt?: Publication,
): Promise<void> {
  const names = new Set(grants.map(({ name }) => name));
  const registered = readSerials(directory).filter(({ name }) => names.has(name));
  const own = grants.flatMap(({ serial, renewed = [] }) => [serial, ...renewed]);
  await storeRevocations(directory, [...own, ...registered.map(({ serial }) => serial)]);
  const at = new Date().toISOString();
  for (const grant of grants)
    if (grant.revoked === undefined) writeGrant(directory, { ...grant, revoked: at });
  if (publishAt !== undefined) await publishRevocations(directory, publishAt);
}

/**
 * Adds certificates to the list, which is signed and stored. Recorded first: after a kill the next publication
 * includes them in any case.
 */
export async function storeRevocations(directory: string, serials: readonly string[]): Promise<void> {
  const authority = await readAuthority(directory);
  const earlier = readRevocations(directory);
  const at = new Date().toISOString();
  const dead = new Set(earlier.entries.map(({ serial }) => serial));
  const added = [...new Set(serials)].filter((serial) => !dead.has(serial)).map((serial) => ({ serial, at }));
  const revocations: Revocations = {
    ...earlier,
    number: earlier.number + 1,
    entries: [...earlier.entries, ...added],
  };
  const list = await createRevocationList(authority, revocations);
  writeRevocations(directory, revocations);
  replaceFile(join(directory, "revoked.pem"), list);
}

/** Publishes the newest list. */
export async function publishRevocations(directory: string, { aws, trustStore }: Publication): Promise<void> {
  const revocations = readRevocations(directory);
  const list = await createRevocationList(await readAuthority(directory), revocations);
  const published = await publishList(aws, trustStore, revocations, list);
  writeRevocations(directory, { ...revocations, published, publishedNumber: revocations.number });
}

/**
 * Whether a list was created that the ingress has not received: its region was dead, or the command was killed.
 */
export function hasUnpublished(directory: string): boolean {
  const { number, published, publishedNumber } = readRevocations(directory);
  // A record of an earlier version has no number and was published at the same time.
  return number > (publishedNumber ?? (published === undefined ? 0 : number));
}

/** Serial numbers that the ingress would accept longer than until `end`, each with its insider. */
export function findOutliving(directory: string, end: Date): readonly IssuedSerial[] {
  const dead = new Set(readRevocations(directory).entries.map(({ serial }) => serial));
  const unregistered = listGrants(directory).map(({ serial, name, expires }) => ({ serial, name, expires }));
  const all = new Map([...unregistered, ...readSerials(directory)].map((one) => [one.serial, one]));
  return [...all.values()].filter(
    // X.509 times have whole seconds.
    ({ serial, expires }) => !dead.has(serial) && Date.parse(expires) > end.getTime() + 1_000,
  );
}

/** Every grant that the ingress would still accept, and those whose revocation may not have reached it. */
export function revocableGrants(directory: string): readonly Grant[] {
  return listGrants(directory).filter((grant) => Date.parse(grant.expires) > Date.now());
}

/** Certificates of checks that a killed `verify` did not revoke. */
export function findCheckSerials(directory: string): readonly string[] {
  const dead = new Set(readRevocations(directory).entries.map(({ serial }) => serial));
  return readSerials(directory)
    .filter(({ check, serial, expires }) => check && !dead.has(serial) && Date.parse(expires) > Date.now())
    .map(({ serial }) => serial);
}

/** Adds a new list at the ingress, then removes the previous one. In between both apply. */
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
