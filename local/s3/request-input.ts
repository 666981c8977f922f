import { readModel, shapeOf } from "../models/model.ts";
import { refusalOf } from "../models/refusal.ts";
import { findViolations } from "../models/violations.ts";
import type { S3Call } from "./call.ts";

/** Operations that are addressed by a subresource, by the names of the API reference. */
const subresourceOperations: Readonly<Record<string, string>> = { "GET ?location": "GetBucketLocation" };

/** An operation's name in the API reference. */
export function operationName(name: string): string {
  return subresourceOperations[name] ?? name;
}

/**
 * Refuses a call whose address, parameters or headers do not fit AWS's model of the operation. Bodies are read by
 * the operations themselves.
 *
 * @throws AwsError InvalidArgument
 */
export function admitS3Call(name: string, call: S3Call): void {
  const model = readModel("s3");
  const operation = operationName(name);
  const violations = findViolations(model, operation, readInput(operation, call), "form");
  const refusal = refusalOf(
    "s3",
    violations.filter(({ inBody }) => !inBody),
  );
  if (refusal) throw refusal;
}

function readInput(operation: string, { request, bucket, key, query }: S3Call): Record<string, unknown> {
  const model = readModel("s3");
  const { members = {} } = shapeOf(model, model.operations[operation] ?? "");
  const address: Readonly<Record<string, string>> = { Bucket: bucket, Key: key };
  const entries = Object.entries(members).map(([member, { location, locationName = member }]) => {
    if (location === "uri") return [member, address[member] || undefined];
    if (location === "querystring") return [member, query.get(locationName) ?? undefined];
    return [member, location === "header" ? request.headers[locationName.toLowerCase()] : undefined];
  });
  return Object.fromEntries(entries);
}
