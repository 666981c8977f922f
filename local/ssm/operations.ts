import { createHash } from "node:crypto";
import { assertAllowed } from "../access/permissions.ts";
import { optionalFlag, optionalNumber, optionalText, requiredText, textList } from "../input.ts";
import { findKey } from "../kms/keys.ts";
import { AwsError, type AwsRequest, type Operations } from "../operation.ts";
import type { Region } from "../region.ts";
import {
  listParameters,
  openParameter,
  parameterArn,
  readParameter,
  removeParameter,
  type StoredParameter,
  writeParameter,
} from "./parameters.ts";

const notFound = "ParameterNotFound";
const imageParameter =
  /^\/aws\/service\/ecs\/optimized-ami\/(amazon-linux-2023|amazon-linux-2)(\/arm64|\/gpu)?\/recommended\/image_id$/;

/** AWS publishes the ids of its ECS-optimised images under names that every account can read. */
function readPublic(region: Region, name: string): StoredParameter | undefined {
  const image = imageParameter.exec(name);
  if (!image) return undefined;
  const digest = createHash("sha256")
    .update(`${image[1]}${image[2] ?? ""}`)
    .digest("hex");
  return {
    name,
    arn: `arn:aws:ssm:${region.name}::parameter${name}`,
    type: "String",
    value: `ami-0${digest.slice(0, 16)}`,
    version: 1,
    modified: new Date(0).toISOString(),
  };
}

/** A SecureString is decrypted with the caller's permissions: without a grant for the key it stays encrypted. */
function render(
  region: Region,
  request: AwsRequest,
  stored: StoredParameter,
  withDecryption: boolean,
): Record<string, unknown> {
  const opens = withDecryption && stored.type === "SecureString";
  if (opens) {
    const via = `ssm.${region.name}.amazonaws.com`;
    const key = findKey(region, stored.keyId ?? "alias/aws/ssm");
    const context = { "kms:ViaService": via, "kms:EncryptionContext:PARAMETER_ARN": stored.arn };
    assertAllowed(region, request.caller, { action: "kms:Decrypt", resource: key.arn, context });
  }
  return {
    Name: stored.name,
    Type: stored.type,
    Value: opens ? openParameter(region, stored) : stored.value,
    Version: stored.version,
    LastModifiedDate: new Date(stored.modified),
    ARN: stored.arn,
    DataType: "text",
  };
}

function find(region: Region, reference: string): StoredParameter | undefined {
  const prefix = parameterArn(region, "");
  const name = reference.startsWith(prefix) ? `/${reference.slice(prefix.length)}` : reference;
  return (
    readParameter(region, name) ?? readParameter(region, name.replace(/^\//, "")) ?? readPublic(region, name)
  );
}

function getParametersByPath(region: Region, request: AwsRequest): Record<string, unknown> {
  const path = requiredText(request, "Path").replace(/\/?$/, "/");
  const recursive = optionalFlag(request, "Recursive");
  const limit = optionalNumber(request, "MaxResults") ?? 10;
  const start = Number(optionalText(request, "NextToken") ?? 0);
  const below = listParameters(region)
    .filter(({ name }) => name.startsWith(path) && (recursive || !name.slice(path.length).includes("/")))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = below.slice(start, start + limit);
  const next = start + page.length;
  return {
    Parameters: page.map((stored) =>
      render(region, request, stored, optionalFlag(request, "WithDecryption")),
    ),
    ...(next < below.length ? { NextToken: String(next) } : {}),
  };
}

/** Parameter Store. */
export const ssmOperations: Operations = {
  async GetParameter(region, request) {
    const name = requiredText(request, "Name");
    const stored = find(region, name);
    if (!stored) throw new AwsError(notFound, `Parameter ${name} not found.`);
    return { Parameter: render(region, request, stored, optionalFlag(request, "WithDecryption")) };
  },
  async GetParameters(region, request) {
    const names = textList(request, "Names");
    const found = names.map((name) => find(region, name));
    const decrypting = optionalFlag(request, "WithDecryption");
    return {
      Parameters: found.flatMap((stored) => (stored ? [render(region, request, stored, decrypting)] : [])),
      InvalidParameters: names.filter((_, index) => !found[index]),
    };
  },
  async GetParametersByPath(region, request) {
    return getParametersByPath(region, request);
  },
  async PutParameter(region, request) {
    const name = requiredText(request, "Name");
    const before = readParameter(region, name);
    const keyId = optionalText(request, "KeyId") ?? before?.keyId;
    const description = optionalText(request, "Description") ?? before?.description;
    const type = (optionalText(request, "Type") ?? before?.type) as StoredParameter["type"] | undefined;
    if (!type)
      throw new AwsError("ValidationException", "A parameter type is required when you create a parameter.");
    const stored = writeParameter(
      region,
      {
        name,
        type,
        value: requiredText(request, "Value"),
        ...(keyId === undefined ? {} : { keyId }),
        ...(description === undefined ? {} : { description }),
      },
      { overwrite: optionalFlag(request, "Overwrite") },
    );
    return { Version: stored.version, Tier: "Standard" };
  },
  async DeleteParameter(region, request) {
    const name = requiredText(request, "Name");
    if (!readParameter(region, name)) throw new AwsError(notFound, `Parameter ${name} not found.`);
    removeParameter(region, name);
    return {};
  },
  async DeleteParameters(region, request) {
    const names = textList(request, "Names");
    const known = names.filter((name) => readParameter(region, name));
    for (const name of known) removeParameter(region, name);
    return { DeletedParameters: known, InvalidParameters: names.filter((name) => !known.includes(name)) };
  },
  async DescribeParameters(region) {
    const parameters = listParameters(region).map(
      ({ name, arn, type, keyId, version, modified, description }) => ({
        Name: name,
        ARN: arn,
        Type: type,
        KeyId: keyId,
        Version: version,
        LastModifiedDate: new Date(modified),
        Description: description,
        Tier: "Standard",
        DataType: "text",
      }),
    );
    return { Parameters: parameters };
  },
};
