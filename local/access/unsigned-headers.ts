import { AwsError } from "../operation.ts";
import type { WireRequest } from "./wire.ts";

/**
 * Refuses a request with `x-amz-…` headers that its signature does not cover: anyone who captured it could add one that
 * selects another operation. AWS requires all of them ("Create a signed AWS API request"), but not `x-amzn-trace-id`, which
 * load balancers add.
 *
 * @throws AwsError IncompleteSignature; AccessDenied of S3
 */
export function refuseUnsignedHeaders(
  { headers }: WireRequest,
  { service, signedHeaders }: { readonly service: string; readonly signedHeaders: readonly string[] },
): void {
  const unsigned = Object.keys(headers).filter(
    (name) => name.startsWith("x-amz-") && !signedHeaders.includes(name),
  );
  if (unsigned.length === 0) return;
  const names = unsigned.join(", ");
  if (service === "s3")
    throw new AwsError(
      "AccessDenied",
      `There were headers present in the request which were not signed: ${names}`,
      403,
    );
  throw new AwsError(
    "IncompleteSignature",
    `'${names}' must be a 'SignedHeader' in the AWS Authorization.`,
    400,
  );
}
