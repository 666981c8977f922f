import { randomBytes } from "node:crypto";
import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { numberOf, objectOf, textOf } from "../values.ts";
import { findBalancer } from "./balancer-registry.ts";
import { countRevoked, type RevocationList, readPem, TrustStoreFiles } from "./trust-store-files.ts";
import { types } from "./types.ts";

/** The authorities whose certificates a listener accepts, copied from S3 when the store is created, as on AWS. */
export const trustStore: ResourceHandler = {
  type: types.trustStore,
  inputs: ["name", "caCertificatesBundleS3Bucket", "caCertificatesBundleS3Key", "tags"],
  replaceOn: ["name"],
  computed: ["arn", "arnSuffix"],
  autoname: { property: "name", maxLength: 32 },
  deleteBeforeReplace: true,
  async create(region, { name, inputs }) {
    const own = textOf(inputs, "name") ?? name;
    const arn = makeArn(
      region,
      "elasticloadbalancing",
      `truststore/${own}/${randomBytes(8).toString("hex")}`,
    );
    copyAuthorities(region, own, inputs);
    return {
      id: arn,
      outputs: { ...inputs, name: own, arn, arnSuffix: arn.slice(arn.indexOf("truststore/")) },
    };
  },
  async update(region, resource, inputs) {
    copyAuthorities(region, textOf(resource.outputs, "name") ?? "", inputs);
    await applyToListeners(region, resource.id);
    return { ...resource.outputs, ...inputs };
  },
  async delete(region, resource) {
    if (listenersOf(region, resource.id).length > 0) {
      throw new AwsError("TrustStoreInUse", `Trust store '${resource.id}' is currently in use by a listener`);
    }
    new TrustStoreFiles(region, textOf(resource.outputs, "name") ?? "").remove();
  },
};

/** A revocation list of a trust store. */
export const trustStoreRevocation: ResourceHandler = {
  type: types.trustStoreRevocation,
  inputs: ["trustStoreArn", "revocationsS3Bucket", "revocationsS3Key"],
  replaceOn: ["trustStoreArn", "revocationsS3Bucket", "revocationsS3Key"],
  computed: ["revocationId"],
  async create(region, { inputs }) {
    const arn = textOf(inputs, "trustStoreArn") ?? "";
    const list = await addRevocationList(region, arn, {
      bucket: textOf(inputs, "revocationsS3Bucket") ?? "",
      key: textOf(inputs, "revocationsS3Key") ?? "",
    });
    return { id: `${arn},${list.id}`, outputs: { ...inputs, revocationId: list.id } };
  },
  async read(region, resource) {
    const arn = textOf(resource.inputs, "trustStoreArn") ?? "";
    const id = numberOf(resource.outputs, "revocationId");
    const files = filesOf(region, arn);
    return files?.readLists().some((list) => list.id === id) ? resource.outputs : undefined;
  },
  async delete(region, resource) {
    const arn = textOf(resource.inputs, "trustStoreArn") ?? "";
    if (filesOf(region, arn))
      await removeRevocationLists(region, arn, [numberOf(resource.outputs, "revocationId") ?? 0]);
  },
};

/** The files of a store by its ARN; undefined if the store does not exist. */
export function filesOf(region: Region, arn: string): TrustStoreFiles | undefined {
  const store = region.resources.get(types.trustStore, arn);
  return store && new TrustStoreFiles(region, textOf(store.outputs, "name") ?? "");
}

/** Copies a list from S3 into a trust store; it is in effect when this resolves, on open connections too. */
export async function addRevocationList(
  region: Region,
  arn: string,
  source: { readonly bucket: string; readonly key: string },
): Promise<RevocationList> {
  const files = filesOf(region, arn);
  if (!files) throw new AwsError("TrustStoreNotFound", `Trust store '${arn}' not found`);
  const pem = readPem(region, source.bucket, source.key, "RevocationContentNotFound");
  const revokedEntries = await countRevoked(pem);
  const lists = files.readLists();
  const list = { ...source, id: 1 + Math.max(0, ...lists.map((known) => known.id)), revokedEntries, pem };
  files.writeLists([...lists, list]);
  await applyToListeners(region, arn);
  return list;
}

/** Removes lists from a trust store; unknown numbers are ignored. */
export async function removeRevocationLists(
  region: Region,
  arn: string,
  ids: readonly number[],
): Promise<void> {
  const files = filesOf(region, arn);
  if (!files) throw new AwsError("TrustStoreNotFound", `Trust store '${arn}' not found`);
  files.writeLists(files.readLists().filter((list) => !ids.includes(list.id)));
  await applyToListeners(region, arn);
}

function copyAuthorities(region: Region, name: string, inputs: Properties): void {
  const bucket = textOf(inputs, "caCertificatesBundleS3Bucket") ?? "";
  const key = textOf(inputs, "caCertificatesBundleS3Key") ?? "";
  const pem = readPem(region, bucket, key, "CaCertificatesBundleNotFound");
  if (!pem.includes("-----BEGIN CERTIFICATE-----")) {
    throw new AwsError("InvalidCaCertificatesBundle", `s3://${bucket}/${key} holds no certificate`);
  }
  new TrustStoreFiles(region, name).writeAuthorities(pem);
}

function listenersOf(region: Region, arn: string) {
  return region.resources
    .all(types.listener)
    .filter(
      (listener) => textOf(objectOf(listener.inputs, "mutualAuthentication") ?? {}, "trustStoreArn") === arn,
    );
}

async function applyToListeners(region: Region, arn: string): Promise<void> {
  const balancers = new Set(
    listenersOf(region, arn).map((listener) => textOf(listener.inputs, "loadBalancerArn")),
  );
  await Promise.all([...balancers].map((balancerArn) => findBalancer(region, balancerArn)?.apply()));
}
