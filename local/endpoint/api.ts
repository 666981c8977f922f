import { admitCaller } from "../access/permissions.ts";
import { authenticate, parseSignature } from "../access/signature.ts";
import type { WireRequest, WireResponse } from "../access/wire.ts";
import { settleMirror } from "../cloudwatch/mirror.ts";
import type { OwnedRegion } from "../daemon/region.ts";
import { admitRequest } from "../models/validate-request.ts";
import type { Wire } from "../models/wire-values.ts";
import { forwardToMoto } from "../moto.ts";
import { AwsError, type AwsRequest, type Operation, type Operations } from "../operation.ts";
import { serveS3, writeS3Error } from "../s3/api.ts";
import type { EndpointOptions } from "./options.ts";
import { readJsonInput, readJsonOperation, writeJsonError, writeJsonResponse } from "./protocol-json.ts";
import { readForm, readQueryInput, writeQueryError, writeQueryResponse } from "./protocol-query.ts";
import { isRestService, readRestOperation, writeRestError } from "./protocol-rest.ts";

/** Services whose other operations moto serves correctly: it has their data, and nothing runs behind them. */
const passedOn: ReadonlySet<string> = new Set(["logs", "monitoring", "sns"]);

type Protocol = "json" | "query" | "rest" | "s3";

interface Call {
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly wire: Wire;
}

/**
 * Serves one call to an AWS API: authenticates the caller, parses the operation, checks the permission, and
 * responds in its protocol.
 */
export async function serveApi(
  region: OwnedRegion,
  options: EndpointOptions,
  request: WireRequest,
): Promise<WireResponse> {
  const protocol = protocolOf(request);
  try {
    const signature = parseSignature(request);
    const { caller } = await authenticate(request, signature, options.keys);
    const { service } = signature;
    if (service === "s3") return await serveS3(region, request, caller);
    const { operation, input, wire } = readCall(service, request);
    const call: AwsRequest = { service, operation, input, caller };
    admitRequest(call, wire);
    admitCaller(region, call);
    const own = ownOperation(options.operations, service, operation);
    if (own) return writeResponse(protocol, request, call, await own(region, call));
    if (!passedOn.has(service)) throw unknownOperation(service, operation);
    await settleMirror(region);
    return await forwardToMoto(region, request);
  } catch (error) {
    return writeError(protocol, request, explain(region, error));
  }
}

function ownOperation(
  operations: ReadonlyMap<string, Operations>,
  service: string,
  operation: string,
): Operation | undefined {
  const table = operations.get(service);
  return table && Object.hasOwn(table, operation) ? table[operation] : undefined;
}

function protocolOf(request: WireRequest): Protocol {
  if (request.headers.authorization?.includes("/s3/aws4_request")) return "s3";
  if (request.headers["x-amz-target"] !== undefined) return "json";
  const type = (request.headers["content-type"] ?? "").toLowerCase();
  const form = type.startsWith("application/x-www-form-urlencoded");
  return form ? "query" : "rest";
}

function readCall(service: string, request: WireRequest): Call {
  const target = readJsonOperation(request);
  if (target !== undefined) return { operation: target, input: readJsonInput(request), wire: "json" };
  if (isRestService(service)) {
    const call = readRestOperation(service, request);
    if (call) return { ...call, wire: "json" };
    throw unknownOperation(service, `${request.method} ${request.path}`);
  }
  const form = readForm(request);
  const operation = form.get("Action");
  if (operation === null) throw unknownOperation(service, `${request.method} ${request.path}`);
  return { operation, input: readQueryInput(form), wire: "form" };
}

function writeResponse(
  protocol: Protocol,
  request: WireRequest,
  call: AwsRequest,
  output: Record<string, unknown>,
): WireResponse {
  if (protocol === "query") return writeQueryResponse(call.service, call.operation, output);
  return writeJsonResponse(request, output);
}

function writeError(protocol: Protocol, request: WireRequest, error: AwsError): WireResponse {
  if (protocol === "s3") return writeS3Error(request, error);
  if (protocol === "query") return writeQueryError(error);
  return protocol === "json" ? writeJsonError(request, error) : writeRestError(error);
}

/** Never an invented response: unknown operations are refused by name. */
function unknownOperation(service: string, operation: string): AwsError {
  return new AwsError("InvalidAction", `The local region does not support ${operation} of ${service}.`, 400);
}

/** An undocumented error is the region's own: the client is told that, the log has the rest. */
function explain(region: OwnedRegion, error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof URIError) return new AwsError("InvalidURI", "Couldn't parse the specified URI.");
  region.regionLog.writeError("endpoint.failed", error);
  return new AwsError("InternalFailure", error instanceof Error ? error.message : String(error), 500);
}
