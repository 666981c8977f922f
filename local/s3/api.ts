import { randomUUID } from "node:crypto";
import { XMLBuilder } from "fast-xml-parser";
import { admitCaller } from "../access/permissions.ts";
import type { WireRequest, WireResponse } from "../access/wire.ts";
import { AwsError, type AwsRequest } from "../operation.ts";
import type { Region } from "../region.ts";
import { bucketOperations } from "./bucket-operations.ts";
import type { S3Call, S3Operation } from "./call.ts";
import { objectOperations } from "./object-operations.ts";
import { admitS3Call, operationName } from "./request-input.ts";

const operations: Readonly<Record<string, S3Operation>> = { ...bucketOperations, ...objectOperations };

/** Names of the operations that are served, as in the API reference. */
export const s3OperationNames: readonly string[] = Object.keys(operations).map(operationName);

/** Query parameters that select another operation on the same path; those not in `operations` are refused. */
const subresources = [
  "acl",
  "attributes",
  "cors",
  "delete",
  "encryption",
  "legal-hold",
  "lifecycle",
  "location",
  "logging",
];
const moreSubresources = [
  "ownershipControls",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "tagging",
  "uploads",
];
const otherSubresources = [
  "uploadId",
  "versioning",
  "versions",
  "website",
  "notification",
  "replication",
  "retention",
];
const allSubresources = [...subresources, ...moreSubresources, ...otherSubresources];

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@" });
const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** Serves one call to the S3 API, with addresses of the form `/<bucket>/<key>`. */
export async function serveS3(
  region: Region,
  request: WireRequest,
  caller: AwsRequest["caller"],
): Promise<WireResponse> {
  const call = parseCall(request);
  const name = operationOf(call);
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!operation)
    throw new AwsError("NotImplemented", `The local region does not support ${name} of s3.`, 501);
  admitS3Call(name, call);
  admitCaller(region, {
    service: "s3",
    operation: name,
    input: { Bucket: call.bucket, Key: call.key },
    caller,
  });
  const { status = 200, headers = {}, body } = operation(region, call);
  const xml = body !== undefined && !Buffer.isBuffer(body);
  return {
    status,
    headers: {
      ...(xml ? { "content-type": "application/xml" } : {}),
      "x-amz-request-id": requestId(),
      ...headers,
    },
    body: xml ? renderXml(body) : (body ?? ""),
  };
}

function parseCall(request: WireRequest): S3Call {
  const [, bucket = "", ...rest] = request.path.split("/");
  const query = new URLSearchParams(request.query);
  return { request, bucket: decodeURIComponent(bucket), key: decodeURIComponent(rest.join("/")), query };
}

function operationOf({ request, bucket, key, query }: S3Call): string {
  const { method } = request;
  const subresource = allSubresources.find((name) => query.has(name));
  if (subresource !== undefined) {
    if (method === "POST" && subresource === "delete") return "DeleteObjects";
    return `${method} ?${subresource}`;
  }
  if (bucket === "") return method === "GET" ? "ListBuckets" : method;
  if (key === "") return bucketOperationOf(method, query);
  if (method === "PUT")
    return request.headers["x-amz-copy-source"] === undefined ? "PutObject" : "CopyObject";
  return { GET: "GetObject", HEAD: "HeadObject", DELETE: "DeleteObject" }[method] ?? method;
}

function bucketOperationOf(method: string, query: URLSearchParams): string {
  if (method === "GET") return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
  return { HEAD: "HeadBucket", PUT: "CreateBucket", DELETE: "DeleteBucket" }[method] ?? method;
}

function renderXml(body: Record<string, unknown>): string {
  const [name = "", content] = Object.entries(body)[0] ?? [];
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [name]: { "@xmlns": namespace, ...(content as object) } })}`;
}

function requestId(): string {
  return randomUUID().replace(/-/g, "").slice(0, 16).toUpperCase();
}

/** An error in S3's format. A response to HEAD has no body, so only the status conveys it. */
export function writeS3Error(request: WireRequest, error: AwsError): WireResponse {
  // The common errors have different names in S3.
  const code = error.code === "InvalidClientTokenId" ? "InvalidAccessKeyId" : error.code;
  const body = builder.build({
    Error: { Code: code, Message: error.message, Resource: request.path, RequestId: requestId() },
  });
  const isHead = request.method === "HEAD";
  return { status: error.status, headers: { "content-type": "application/xml" }, body: isHead ? "" : body };
}
