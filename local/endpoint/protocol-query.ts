import { randomUUID } from "node:crypto";
import { XMLBuilder } from "fast-xml-parser";
import { decodeBody, type WireRequest, type WireResponse } from "../access/wire.ts";
import { AwsError } from "../operation.ts";

/** No operation of AWS nests deeper; a name of any depth would exhaust the stack. */
const deepestName = 64;

/** AWS Query: parameters are a form, the response is XML. */
const namespaces: Readonly<Record<string, string>> = {
  elasticloadbalancing: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
  elasticache: "http://elasticache.amazonaws.com/doc/2015-02-02/",
  rds: "http://rds.amazonaws.com/doc/2014-10-31/",
  sts: "https://sts.amazonaws.com/doc/2011-06-15/",
  iam: "https://iam.amazonaws.com/doc/2010-05-08/",
};

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  suppressEmptyNode: true,
});

export function readForm(request: WireRequest): URLSearchParams {
  return new URLSearchParams(decodeBody(request).toString("utf8") || request.query);
}

interface Branch {
  readonly children: Map<string, Branch>;
  value?: string;
}

/**
 * Turns numbered names into objects and arrays: `Targets.member.1.Id=10.0.0.1` is `{ Targets: [{ Id: "10.0.0.1" }]
 * }`. A list is any level whose names are all numbers; the level above it that only names the item (`member`, or
 * the item's own name as in RDS: `Filters.Filter.1`) is skipped.
 */
export function readQueryInput(form: URLSearchParams): Record<string, unknown> {
  const root: Branch = { children: new Map() };
  for (const [name, value] of form) {
    if (name === "Action" || name === "Version") continue;
    let branch = root;
    const parts = name.split(".");
    if (parts.length > deepestName)
      throw new AwsError("MalformedQueryString", `A parameter's name has more than ${deepestName} levels.`);
    for (const part of parts) {
      const next = branch.children.get(part) ?? { children: new Map() };
      branch.children.set(part, next);
      branch = next;
    }
    branch.value = value;
  }
  return Object.fromEntries([...root.children].map(([name, branch]) => [name, plain(branch)]));
}

function plain(branch: Branch): unknown {
  if (branch.children.size === 0) return branch.value ?? "";
  const items = listOf(branch);
  if (items) return items.map(plain);
  const entries = [...branch.children];
  const only = entries.length === 1 ? entries[0]?.[1] : undefined;
  const wrapped = only && listOf(only);
  if (wrapped) return wrapped.map(plain);
  return Object.fromEntries(entries.map(([name, child]) => [name, plain(child)]));
}

function listOf(branch: Branch): readonly Branch[] | undefined {
  const names = [...branch.children.keys()];
  if (names.length === 0 || !names.every((name) => /^\d+$/.test(name))) return undefined;
  return [...branch.children].sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);
}

export function writeQueryResponse(
  service: string,
  operation: string,
  output: Record<string, unknown>,
): WireResponse {
  const document = {
    [`${operation}Response`]: {
      "@xmlns": namespaces[service] ?? `http://${service}.amazonaws.com/doc/`,
      [`${operation}Result`]: xmlValue(output),
      ResponseMetadata: { RequestId: randomUUID() },
    },
  };
  return xmlResponse(200, builder.build(document));
}

export function writeQueryError(error: AwsError): WireResponse {
  const document = {
    ErrorResponse: {
      Error: { Type: error.status >= 500 ? "Receiver" : "Sender", Code: error.code, Message: error.message },
      RequestId: randomUUID(),
    },
  };
  return xmlResponse(error.status, builder.build(document));
}

/** XML has neither dates nor absent values; an empty list is an element without content. */
export function xmlValue(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(xmlValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([, item]) => item !== undefined && item !== null && !(Array.isArray(item) && item.length === 0),
      )
      .map(([name, item]) => [name, xmlValue(item)]),
  );
}

export function xmlResponse(status: number, body: string): WireResponse {
  return { status, headers: { "content-type": "text/xml" }, body };
}
