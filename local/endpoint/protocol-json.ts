import { randomUUID } from "node:crypto";
import { decodeBody, type WireRequest, type WireResponse } from "../access/wire.ts";
import { AwsError } from "../operation.ts";

/** AWS JSON 1.0 and 1.1: the operation is in `x-amz-target`, parameters and response are JSON. */
export function readJsonOperation(request: WireRequest): string | undefined {
  const target = request.headers["x-amz-target"];
  return target?.slice(target.lastIndexOf(".") + 1);
}

export function readJsonInput(request: WireRequest): Record<string, unknown> {
  const text = decodeBody(request).toString("utf8");
  try {
    const input: unknown = text === "" ? {} : JSON.parse(text);
    if (typeof input === "object" && input !== null && !Array.isArray(input))
      return input as Record<string, unknown>;
  } catch {
    // Reported below, together with JSON that is not an object.
  }
  throw new AwsError("SerializationException", "The body is not a JSON object.");
}

/** Times are seconds since the epoch and blobs are base64 in these protocols. */
export function writeJsonResponse(request: WireRequest, output: Record<string, unknown>): WireResponse {
  const body = JSON.stringify(output, function replace(this: Record<string, unknown>, key, value) {
    const original = this[key];
    if (original instanceof Date) return original.getTime() / 1000;
    if (original instanceof Uint8Array) return Buffer.from(original).toString("base64");
    return value;
  });
  return { status: 200, headers: jsonHeaders(request), body };
}

export function writeJsonError(request: WireRequest, error: AwsError): WireResponse {
  const body = JSON.stringify({ __type: error.code, message: error.message });
  return { status: error.status, headers: { ...jsonHeaders(request), "x-amzn-errortype": error.code }, body };
}

function jsonHeaders(request: WireRequest): Record<string, string> {
  return {
    "content-type": request.headers["content-type"] ?? "application/x-amz-json-1.1",
    "x-amzn-requestid": randomUUID(),
  };
}
