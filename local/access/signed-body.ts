import { hash } from "node:crypto";
import { AwsError } from "../operation.ts";
import type { WireRequest } from "./wire.ts";

/** S3 also accepts bodies that are not signed, or sent in chunks, whose checksums it verifies as it decodes them. */
const withoutHash = /^(UNSIGNED-PAYLOAD|STREAMING-.+)$/;

/**
 * Compares a body with the hash that its request declares. Without one, the signature covers the hash of the body itself.
 *
 * @throws AwsError SignatureDoesNotMatch; XAmzContentSHA256Mismatch and InvalidArgument of S3
 */
export function verifyBody({ headers, body }: WireRequest, service: string): void {
  const declared = headers["x-amz-content-sha256"];
  if (declared === undefined || declared === hash("sha256", body)) return;
  if (service !== "s3") throw signatureDoesNotMatch();
  if (withoutHash.test(declared)) return;
  if (/^[0-9a-f]{64}$/.test(declared))
    throw new AwsError(
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  throw new AwsError(
    "InvalidArgument",
    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-…, or a valid sha256 value.",
  );
}

export function signatureDoesNotMatch(): AwsError {
  return new AwsError(
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key.",
    403,
  );
}
