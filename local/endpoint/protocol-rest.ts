import { randomUUID } from "node:crypto";
import type { WireRequest, WireResponse } from "../access/wire.ts";
import type { AwsError } from "../operation.ts";
import { readJsonInput } from "./protocol-json.ts";

/** One operation of a REST service: `{name}` in the path is a parameter. */
interface Route {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
}

/** REST-JSON services other than S3, by signing name; paths as in the service's API reference. */
const routes: Readonly<Record<string, readonly Route[]>> = {
  fis: [
    { operation: "CreateExperimentTemplate", method: "POST", path: "/experimentTemplates" },
    { operation: "ListExperimentTemplates", method: "GET", path: "/experimentTemplates" },
    { operation: "GetExperimentTemplate", method: "GET", path: "/experimentTemplates/{id}" },
    { operation: "UpdateExperimentTemplate", method: "PATCH", path: "/experimentTemplates/{id}" },
    { operation: "DeleteExperimentTemplate", method: "DELETE", path: "/experimentTemplates/{id}" },
    { operation: "StartExperiment", method: "POST", path: "/experiments" },
    { operation: "ListExperiments", method: "GET", path: "/experiments" },
    { operation: "GetExperiment", method: "GET", path: "/experiments/{id}" },
    { operation: "StopExperiment", method: "DELETE", path: "/experiments/{id}" },
    { operation: "ListTagsForResource", method: "GET", path: "/tags/{resourceArn}" },
    { operation: "TagResource", method: "POST", path: "/tags/{resourceArn}" },
    { operation: "UntagResource", method: "DELETE", path: "/tags/{resourceArn}" },
  ],
};

export interface RestOperation {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

export function isRestService(service: string): boolean {
  return Object.hasOwn(routes, service);
}

/**
 * The operation of a REST request with path, query and body parameters as one input; undefined for an unknown
 * route.
 */
export function readRestOperation(service: string, request: WireRequest): RestOperation | undefined {
  const segments = request.path.split("/");
  for (const route of routes[service] ?? []) {
    const parameters =
      route.method === request.method ? matchPath(route.path.split("/"), segments) : undefined;
    if (!parameters) continue;
    const query = Object.fromEntries(new URLSearchParams(request.query));
    return { operation: route.operation, input: { ...readJsonInput(request), ...query, ...parameters } };
  }
  return undefined;
}

function matchPath(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = decodeURIComponent(segments[index] ?? "");
    if (part.startsWith("{")) parameters[part.slice(1, -1)] = segment;
    else if (part !== segment) return undefined;
  }
  return parameters;
}

/** The body of an error that `fis` documents; its kind is in a header. */
export function writeRestError(error: AwsError): WireResponse {
  return {
    status: error.status,
    headers: {
      "content-type": "application/json",
      "x-amzn-errortype": error.code,
      "x-amzn-requestid": randomUUID(),
    },
    body: JSON.stringify({ message: error.message }),
  };
}
