import { unknown } from "./pulumi-protocol/markers.ts";
import type { Properties, Value } from "./resource.ts";

/**
 * Properties from the engine are untyped; these return one by its type, or undefined if it is not set or, in a
 * preview, not known yet.
 */
export function textOf(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  return typeof value === "string" && value !== "" && value !== unknown ? value : undefined;
}

export function numberOf(properties: Properties, name: string): number | undefined {
  const value = properties[name];
  if (typeof value === "string" && value !== "" && Number.isFinite(Number(value))) return Number(value);
  return typeof value === "number" ? value : undefined;
}

export function flagOf(properties: Properties, name: string): boolean | undefined {
  const value = properties[name];
  return typeof value === "boolean" ? value : undefined;
}

export function listOf(properties: Properties, name: string): readonly Value[] {
  const value = properties[name];
  return Array.isArray(value) ? value : [];
}

export function textsOf(properties: Properties, name: string): readonly string[] {
  return listOf(properties, name).filter((value) => typeof value === "string");
}

/** Members of a list of objects. */
export function objectsOf(properties: Properties, name: string): readonly Properties[] {
  return listOf(properties, name).filter(isObject);
}

export function objectOf(properties: Properties, name: string): Properties | undefined {
  const value = properties[name];
  return isObject(value) ? value : undefined;
}

function isObject(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
