import { timingSafeEqual } from "node:crypto";
import { HttpRequest } from "@smithy/core/protocols";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { AwsError } from "../operation.ts";
import type { KeyRing, KnownKey } from "./credentials.ts";
import { signatureDoesNotMatch, verifyBody } from "./signed-body.ts";
import { refuseUnsignedHeaders } from "./unsigned-headers.ts";
import type { WireRequest } from "./wire.ts";

/** The signature fields of a request (AWS Signature Version 4, "Authorization header"). */
export interface Signature {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  /** The signing name: `ecs`, `elasticloadbalancing`, … */
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** As on AWS: a request is accepted within five minutes of its date. */
const skewMs = 5 * 60_000;

/** @throws AwsError MissingAuthenticationToken or IncompleteSignature, as the query APIs document them */
export function parseSignature(request: WireRequest): Signature {
  const header = request.headers.authorization;
  if (header === undefined) {
    throw new AwsError("MissingAuthenticationToken", "The request has no Authorization header.", 403);
  }
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (!match)
    throw new AwsError(
      "IncompleteSignature",
      "The Authorization header is not AWS Signature Version 4.",
      400,
    );
  const [, accessKeyId = "", date = "", region = "", service = "", headers = "", signature = ""] = match;
  const signedHeaders = headers.split(";");
  if (!signedHeaders.includes("host"))
    throw new AwsError(
      "IncompleteSignature",
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
      400,
    );
  return { accessKeyId, date, region, service, signedHeaders, signature };
}

/**
 * Finds the key that signed a request and verifies the signature.
 *
 * @throws AwsError InvalidClientTokenId, SignatureDoesNotMatch, RequestExpired, as the common errors document them;
 * those of `refuseUnsignedHeaders` and `verifyBody`
 */
export async function authenticate(
  request: WireRequest,
  signature: Signature,
  keys: KeyRing,
): Promise<KnownKey> {
  const key = keys.find(signature.accessKeyId);
  if (!key)
    throw new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
  const moment = request.headers["x-amz-date"] ?? "";
  const signedAt = parseMoment(moment);
  if (Number.isNaN(signedAt) || Math.abs(Date.now() - signedAt) > skewMs) {
    throw new AwsError(
      "RequestExpired",
      `The request was signed at ${moment || "no time"}, not within 5 minutes of now.`,
      403,
    );
  }
  if (key.sessionToken !== undefined && request.headers["x-amz-security-token"] !== key.sessionToken) {
    throw new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
  }
  const expected = await signAgain(request, signature, { key, signedAt });
  if (!areEqual(expected, request.headers.authorization ?? "")) throw signatureDoesNotMatch();
  refuseUnsignedHeaders(request, signature);
  verifyBody(request, signature.service);
  return key;
}

function parseMoment(moment: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(moment) ?? [];
  return year === undefined ? Number.NaN : Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/**
 * The Authorization header that the key's owner would send with this request, by the signer of AWS's own SDK.
 * Unsigned headers are left out; a chunked body is signed by its `x-amz-content-sha256`.
 */
async function signAgain(
  request: WireRequest,
  { service, region, signedHeaders }: Signature,
  { key, signedAt }: { readonly key: KnownKey; readonly signedAt: number },
): Promise<string> {
  const signer = new SignatureV4({
    service,
    region,
    credentials: { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey },
    sha256: Sha256,
    applyChecksum: false,
    // Every service except S3 signs the path encoded twice.
    uriEscapePath: service !== "s3",
  });
  const present = signedHeaders.filter((name) => Object.hasOwn(request.headers, name));
  const again = new HttpRequest({
    method: request.method,
    path: request.path,
    query: parseQuery(request.query),
    headers: Object.fromEntries(present.map((name) => [name, request.headers[name] ?? ""])),
    body: request.body,
  });
  const options = { signingDate: new Date(signedAt), signableHeaders: new Set(signedHeaders) };
  const { headers } = await signer.sign(again, options);
  return headers.authorization ?? "";
}

class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super("sha256", secret);
  }
}

/** In constant time. Clients may leave out the blanks between the fields. */
function areEqual(expected: string, given: string): boolean {
  const [one, other] = [expected, given].map((text) => Buffer.from(text.replace(/, /g, ",")));
  return one !== undefined && one.length === other?.length && timingSafeEqual(one, other);
}

/** Names and values decoded; a name that occurs several times has all of its values. */
function parseQuery(query: string): Record<string, string[]> {
  const values: Record<string, string[]> = Object.create(null);
  for (const pair of query === "" ? [] : query.split("&")) {
    const equals = pair.indexOf("=");
    const name = decodeURIComponent(equals < 0 ? pair : pair.slice(0, equals));
    values[name] = [...(values[name] ?? []), equals < 0 ? "" : decodeURIComponent(pair.slice(equals + 1))];
  }
  return values;
}
