import { AwsError, type Operation, type Operations } from "../operation.ts";
import type { Region } from "../region.ts";
import { textOf } from "../values.ts";
import { addRevocationList, filesOf, removeRevocationLists } from "./trust-store.ts";
import type { RevocationList, TrustStoreFiles } from "./trust-store-files.ts";
import { types } from "./types.ts";

const DescribeTrustStores: Operation = async (region, { input }) => {
  const arns = input.TrustStoreArns as readonly string[] | undefined;
  const names = input.Names as readonly string[] | undefined;
  const stores = region.resources
    .all(types.trustStore)
    .filter(
      ({ id, outputs }) =>
        (!arns || arns.includes(id)) && (!names || names.includes(textOf(outputs, "name") ?? "")),
    );
  const described = stores.map(({ id, outputs }) => ({
    Name: outputs.name,
    TrustStoreArn: id,
    Status: "ACTIVE",
    NumberOfCaCertificates: 1,
    TotalRevokedEntries:
      filesOf(region, id)
        ?.readLists()
        .reduce((sum, list) => sum + list.revokedEntries, 0) ?? 0,
  }));
  return { TrustStores: { member: described } };
};

const DescribeTrustStoreRevocations: Operation = async (region, { input }) => {
  const arn = String(input.TrustStoreArn ?? "");
  const ids = (input.RevocationIds as readonly (number | string)[] | undefined)?.map(Number);
  const lists = need(region, arn)
    .readLists()
    .filter((list) => !ids || ids.includes(list.id));
  return { TrustStoreRevocations: { member: lists.map((list) => describe(arn, list)) } };
};

/** Returns when the lists are in effect. */
const AddTrustStoreRevocations: Operation = async (region, { input }) => {
  const arn = String(input.TrustStoreArn ?? "");
  need(region, arn);
  const contents =
    (input.RevocationContents as readonly { S3Bucket?: string; S3Key?: string }[] | undefined) ?? [];
  const added: RevocationList[] = [];
  for (const { S3Bucket, S3Key } of contents) {
    added.push(await addRevocationList(region, arn, { bucket: String(S3Bucket), key: String(S3Key) }));
  }
  return { TrustStoreRevocations: { member: added.map((list) => describe(arn, list)) } };
};

const RemoveTrustStoreRevocations: Operation = async (region, { input }) => {
  const arn = String(input.TrustStoreArn ?? "");
  const ids = ((input.RevocationIds as readonly (number | string)[] | undefined) ?? []).map(Number);
  const known = need(region, arn)
    .readLists()
    .map((list) => list.id);
  const missing = ids.find((id) => !known.includes(id));
  if (missing !== undefined) throw new AwsError("RevocationIdNotFound", `Revocation '${missing}' not found`);
  await removeRevocationLists(region, arn, ids);
  return {};
};

/** Trust stores and their revocation lists. */
export const trustOperations: Operations = {
  DescribeTrustStores,
  DescribeTrustStoreRevocations,
  AddTrustStoreRevocations,
  RemoveTrustStoreRevocations,
};

function need(region: Region, arn: string): TrustStoreFiles {
  const files = filesOf(region, arn);
  if (!files) throw new AwsError("TrustStoreNotFound", `Trust store '${arn}' not found`);
  return files;
}

function describe(arn: string, list: RevocationList): Record<string, unknown> {
  return {
    TrustStoreArn: arn,
    RevocationId: list.id,
    RevocationType: "CRL",
    NumberOfRevokedEntries: list.revokedEntries,
  };
}
