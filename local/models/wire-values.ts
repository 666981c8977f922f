import type { ShapeType } from "./model.ts";

/** Encoding of values: with their JSON types, or as text (a form, a URL, a header). */
export type Wire = "json" | "form";

/** A scalar for its constraints; undefined if it has another type. */
export function convertScalar(type: ShapeType, value: unknown, wire: Wire): unknown {
  return wire === "json" ? convertJson(type, value) : convertText(type, value);
}

function convertJson(type: ShapeType, value: unknown): unknown {
  switch (type) {
    case "string":
      return typeof value === "string" ? value : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "integer":
    case "long":
      return Number.isInteger(value) ? value : undefined;
    case "double":
    case "float":
      return typeof value === "number" ? value : undefined;
    case "timestamp":
      return typeof value === "number" || isTime(value) ? value : undefined;
    case "blob":
      return typeof value === "string" && isBase64(value) ? Buffer.from(value, "base64") : undefined;
    default:
      return undefined;
  }
}

function convertText(type: ShapeType, value: unknown): unknown {
  if (typeof value !== "string") return convertJson(type, value);
  switch (type) {
    case "string":
      return value;
    case "boolean":
      return value === "true" || value === "false" ? value === "true" : undefined;
    case "integer":
    case "long":
      return /^[-+]?\d+$/.test(value) ? Number(value) : undefined;
    case "double":
    case "float":
      return value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : undefined;
    case "timestamp":
      return isTime(value) || /^\d+(\.\d+)?$/.test(value) ? value : undefined;
    default:
      return convertJson(type, value);
  }
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
}
