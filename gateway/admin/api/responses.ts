import type { Schema } from "./schemas.ts";

/**
 * Response schemas of the API description. They allow additional members: clients may rely on these, and more may
 * be added.
 */
const whole = { type: "integer", minimum: 0 };
const text = { type: "string" };

const difference: Schema = {
  type: "object",
  required: ["kind", "name", "change", "fields"],
  properties: {
    kind: text,
    name: text,
    change: { type: "string", enum: ["added", "changed", "removed"] },
    fields: {
      type: "array",
      items: { type: "object", required: ["field"], properties: { field: text, before: {}, after: {} } },
    },
  },
};
const differences = { type: "array", items: difference };

const deliveries = {
  type: "array",
  items: { type: "object", properties: { instance: text, address: text, version: whole, problem: text } },
};

const propagation: Schema = {
  type: "object",
  description:
    "How many of the serving gateways acknowledged the version, and which did not. Gateways that are gone are not counted.",
  required: ["version", "acknowledged", "of", "afterMs", "missing", "gone"],
  properties: {
    version: whole,
    acknowledged: whole,
    of: whole,
    afterMs: { type: "number" },
    missing: deliveries,
    gone: deliveries,
  },
};

const problem: Schema = {
  description: "RFC 9457",
  content: {
    "application/problem+json": {
      schema: {
        type: "object",
        required: ["type", "title", "status", "code"],
        properties: {
          type: text,
          title: text,
          status: whole,
          code: text,
          detail: text,
          problems: {
            type: "array",
            items: { type: "object", properties: { kind: text, name: text, field: text, message: text } },
          },
          conflict: {
            type: "object",
            properties: {
              basedOn: whole,
              current: whole,
              authors: { type: "array", items: text },
              differences,
            },
          },
        },
      },
    },
  },
};

function anyOf(schema: Schema, description: string): Schema {
  return { description, ...schema };
}

export const outcome = anyOf(
  {
    type: "object",
    required: ["version", "differences"],
    properties: { version: whole, differences, propagation, secret: { type: "string", minLength: 43 } },
  },
  "The change was saved. `secret` is returned once, when it is generated.",
);

export const version: Schema = {
  type: "object",
  description: "A version and its document.",
  required: ["version", "author", "createdAt", "summary", "differences"],
  properties: {
    version: whole,
    author: text,
    certificate: { type: ["string", "null"] },
    createdAt: { type: "string", format: "date-time" },
    summary: text,
    restoredFrom: { type: ["integer", "null"] },
    differences,
    document: { type: "object", description: "The complete configuration of this version." },
  },
};

/** An object without further guarantees. */
export function looseObject(description: string): Schema {
  return { type: "object", description, additionalProperties: true };
}

export const readProblems = { "400": problem, "403": problem, "404": problem, "503": problem };

export const changeProblems = {
  ...readProblems,
  "409": problem,
  "413": problem,
  "415": problem,
  "422": problem,
};
