import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "tap";
import { KeyRing } from "../../../local/access/credentials.ts";
import { authenticate, parseSignature } from "../../../local/access/signature.ts";
import type { WireRequest } from "../../../local/access/wire.ts";
import { temporaryDirectory } from "../daemon/started-region.ts";
import { type Signing, signByHand } from "./reference-signer.ts";

const folder = temporaryDirectory();
const keys = new KeyRing(folder.path);
folder[Symbol.dispose]();

const plain: WireRequest = {
  method: "POST",
  path: "/",
  query: "",
  headers: { host: "127.0.0.1:4566", "content-type": "application/x-amz-json-1.1" },
  body: Buffer.from("{}"),
};

function sign(changes: Partial<WireRequest> = {}, signing: Partial<Signing> = {}): WireRequest {
  const request = { ...plain, ...changes };
  return signByHand(request, { key: keys.operator, service: "ecs", ...signing });
}

function addHeader(request: WireRequest, name: string, value: string): WireRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}

/** The name of the error that the request is refused with, `accepted` otherwise. */
async function outcomeOf(request: WireRequest): Promise<string> {
  try {
    await authenticate(request, parseSignature(request), keys);
    return "accepted";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const s3 = { service: "s3" };
const headers = { ...plain.headers };
const unsignedPayload = { ...headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
const trailing = { ...headers, "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" };
const hashed = { ...headers, "x-amz-content-sha256": hash("sha256", "{}") };

const valid: Readonly<Record<string, WireRequest>> = {
  "a plain request": sign(),
  "an empty body": sign({ body: Buffer.alloc(0) }),
  "a query with repeated, empty and encoded values": sign({
    query: "a=2&a=1&b=&c=x%20y%2Fz&marker=%C3%A4%2B",
  }),
  "a query with a name without a value": sign({ query: "list-type=2&prefix=" }, s3),
  "a path that is encoded twice": sign({ path: "/2015-03-31/functions/a%3Ab/x%20y" }),
  "a path that S3 signs as it is": sign({ path: "/bucket/a%20b//c%2Bd/../e" }, s3),
  "headers with blanks": sign({ headers: { ...headers, "x-amz-meta-note": "  a   b  " } }, s3),
  "a body that is not signed": sign({ headers: unsignedPayload }, s3),
  "a body that is sent in chunks": sign({ headers: trailing }, s3),
  "a body with its hash": sign({ headers: hashed }),
  "a header that a proxy added": addHeader(
    sign(),
    "x-amzn-trace-id",
    "Root=1-67891233-abcdef012345678912345678",
  ),
  "headers that are not signed": sign(
    { headers: { ...headers, "user-agent": "x" } },
    {
      signedHeaders: ["host", "x-amz-date"],
    },
  ),
};
for (const [name, request] of Object.entries(valid))
  test(`a signature over ${name} is accepted`, async () => {
    assert.equal(await outcomeOf(request), "accepted");
  });

test("fields that are separated by commas alone are accepted", async () => {
  const request = sign();
  const authorization = request.headers.authorization!.replaceAll(", ", ",");
  assert.equal(await outcomeOf({ ...request, headers: { ...request.headers, authorization } }), "accepted");
});

const mismatch = "SignatureDoesNotMatch";
const signed = sign({ query: "a=1", headers: { ...headers, "x-amz-meta-note": "a" } });
const withHeaders = (changes: Readonly<Record<string, string>>): WireRequest => ({
  ...signed,
  headers: { ...signed.headers, ...changes },
});
const given = signed.headers.authorization!;
const last = given.endsWith("0") ? "1" : "0";
const { "x-amz-meta-note": _removed, ...withoutNote } = signed.headers;

const refused: Readonly<Record<string, readonly [WireRequest, string]>> = {
  "another method": [{ ...signed, method: "PUT" }, mismatch],
  "another path": [{ ...signed, path: "/other" }, mismatch],
  "another query": [{ ...signed, query: "a=2" }, mismatch],
  "a further query parameter": [{ ...signed, query: "a=1&b=2" }, mismatch],
  "a repeated query parameter": [{ ...signed, query: "a=1&a=1" }, mismatch],
  "another body": [{ ...signed, body: Buffer.from("[]") }, mismatch],
  "another value of a signed header": [withHeaders({ "x-amz-meta-note": "b" }), mismatch],
  "a signed header that is missing": [{ ...signed, headers: withoutNote }, mismatch],
  "another host": [withHeaders({ host: "127.0.0.1:1" }), mismatch],
  "another signature": [withHeaders({ authorization: `${given.slice(0, -1)}${last}` }), mismatch],
  "another region": [withHeaders({ authorization: given.replace("eu-west-1", "us-east-1") }), mismatch],
  "another service": [withHeaders({ authorization: given.replace("/ecs/", "/kms/") }), mismatch],
  "signed headers in another order": [sign({}, { signedHeaders: ["x-amz-date", "host"] }), mismatch],
  "a scope of another day": [sign({}, { day: "20200101" }), mismatch],
  "an unsigned date": [sign({}, { signedHeaders: ["host"] }), mismatch],
  "the hash of another body": [sign({ headers: hashed, body: Buffer.from("[]") }), mismatch],
  "an unsigned body of a service that signs bodies": [sign({ headers: unsignedPayload }), mismatch],
  "the secret of another key": [sign({}, { key: { ...keys.operator, secretAccessKey: "other" } }), mismatch],
  "a signature that is too short": [
    withHeaders({ authorization: given.slice(0, -1) }),
    "IncompleteSignature",
  ],
  "an unsigned host": [sign({}, { signedHeaders: ["x-amz-date"] }), "IncompleteSignature"],
  "the hash of another body, to S3": [
    sign({ method: "POST", path: "/bucket", query: "delete=", headers: hashed, body: Buffer.from("[]") }, s3),
    "XAmzContentSHA256Mismatch",
  ],
  "a hash that is none, to S3": [
    sign({ headers: { ...headers, "x-amz-content-sha256": "none" } }, s3),
    "InvalidArgument",
  ],
  "an unsigned operation": [withHeaders({ "x-amz-target": "ECS.StopTask" }), "IncompleteSignature"],
  "an unsigned session token": [withHeaders({ "x-amz-security-token": "t" }), "IncompleteSignature"],
  "an unsigned header of S3": [addHeader(sign({}, s3), "x-amz-copy-source", "/bucket/key"), "AccessDenied"],
  "a date of yesterday": [withHeaders({ "x-amz-date": "20200101T000000Z" }), "RequestExpired"],
  "no date": [withHeaders({ "x-amz-date": "" }), "RequestExpired"],
};
for (const [name, [request, code]] of Object.entries(refused))
  test(`a request with ${name} is refused`, async () => {
    assert.equal(await outcomeOf(request), code);
  });
