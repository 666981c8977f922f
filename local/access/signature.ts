import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { AwsError } from "../operation.ts";
import type { KeyRing, KnownKey } from "./credentials.ts";
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

const algorithm = "AWS4-HMAC-SHA256";
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
  return { accessKeyId, date, region, service, signedHeaders: headers.split(";"), signature };
}

/**
 * Finds the key that signed a request and verifies the signature.
 *
 * @throws AwsError InvalidClientTokenId, SignatureDoesNotMatch, RequestExpired, as the common errors document them
 */
export function authenticate(request: WireRequest, signature: Signature, keys: KeyRing): KnownKey {
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
  const expected = Buffer.from(sign(request, signature, key.secretAccessKey, moment));
  if (!timingSafeEqual(expected, Buffer.from(signature.signature))) {
    throw new AwsError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key.",
      403,
    );
  }
  return key;
}

function parseMoment(moment: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(moment) ?? [];
  return year === undefined ? Number.NaN : Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function sign(request: WireRequest, signature: Signature, secret: string, moment: string): string {
  const scope = `${signature.date}/${signature.region}/${signature.service}/aws4_request`;
  const text = [algorithm, moment, scope, sha256(canonicalRequest(request, signature))].join("\n");
  const keys = [signature.date, signature.region, signature.service, "aws4_request"];
  const signingKey = keys.reduce<string | Buffer>((key, word) => hmac(key, word), `AWS4${secret}`);
  return createHmac("sha256", signingKey).update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex");
}

function canonicalRequest(request: WireRequest, signature: Signature): string {
  const headers = signature.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? "").trim().replace(/\s+/g, " ")}\n`,
  );
  return [
    request.method,
    canonicalPath(request.path, signature.service),
    canonicalQuery(request.query),
    headers.join(""),
    signature.signedHeaders.join(";"),
    request.headers["x-amz-content-sha256"] ?? sha256(request.body),
  ].join("\n");
}

/** Every service except S3 signs the path encoded twice. */
function canonicalPath(path: string, service: string): string {
  return service === "s3" ? path : path.split("/").map(encode).join("/");
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  return query
    .split("&")
    .map((pair) => {
      const equals = pair.indexOf("=");
      const [name, value] = equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))] as const;
    })
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** RFC 3986, including the four characters that JavaScript does not escape. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
