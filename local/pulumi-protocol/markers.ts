import type { Properties, Value } from "../resource.ts";

/**
 * Pulumi's encoding of values that plain JSON lacks. The constants are part of its wire protocol
 * (`sdk/go/common/resource/properties.go`).
 */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";

function isObject(value: Value | undefined): value is { [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for a value that is known only after the deployment, and for anything that contains one. */
export function isUnknown(value: Value | undefined): boolean {
  if (value === unknown) return true;
  if (Array.isArray(value)) return value.some(isUnknown);
  return isObject(value) && Object.values(value).some(isUnknown);
}

export function isSecret(value: Value | undefined): boolean {
  return isObject(value) && value[signatureKey] === secretSignature;
}

/** True for a secret and for anything that contains one. */
export function containsSecret(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.some(containsSecret);
  return isObject(value) && (isSecret(value) || Object.values(value).some(containsSecret));
}

/**
 * Marks a value as secret; the engine encrypts it in the state. Values that are already secret, and null, are
 * unchanged.
 */
export function wrapSecret(value: Value): Value {
  return isSecret(value) || value === null ? value : { [signatureKey]: secretSignature, value };
}

/** The value with all its secrets in clear text. */
export function unwrap(value: Value): Value {
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isObject(value)) return value;
  if (isSecret(value)) return unwrap(value.value ?? null);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrap(item)]));
}

export function unwrapAll(properties: Properties): Properties {
  return unwrap(properties) as Properties;
}

/** Marks as secret in `plain` what is secret at the same place in `template`. */
export function rewrap(plain: Value, template: Value | undefined): Value {
  if (isSecret(plain)) return plain;
  if (isSecret(template)) return wrapSecret(plain);
  if (Array.isArray(plain) && Array.isArray(template))
    return plain.map((item, i) => rewrap(item, template[i]));
  if (isObject(plain) && isObject(template)) {
    return Object.fromEntries(Object.entries(plain).map(([key, item]) => [key, rewrap(item, template[key])]));
  }
  return plain;
}

/** Every string that is secret somewhere in the value. */
export function secretStrings(value: Value): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(secretStrings);
  if (!isObject(value)) return [];
  return isSecret(value) ? stringsIn(unwrap(value)) : Object.values(value).flatMap(secretStrings);
}

function stringsIn(value: Value): readonly string[] {
  if (typeof value === "string") return value === unknown ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  return isObject(value) ? Object.values(value).flatMap(stringsIn) : [];
}

/** Converts output values, which components receive, to a resource's inputs: known, unknown or secret. */
export function flattenOutputs(value: Value): Value {
  if (Array.isArray(value)) return value.map(flattenOutputs);
  if (!isObject(value)) return value;
  if (value[signatureKey] === outputSignature) {
    const known = "value" in value ? flattenOutputs(value.value ?? null) : unknown;
    return value.secret === true ? wrapSecret(known) : known;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, flattenOutputs(item)]));
}

/** A reference to a resource, as in a component's outputs; the id is unknown in a preview. */
export function referTo(resource: { readonly urn: string; readonly id: string }): Value {
  return { [signatureKey]: resourceSignature, urn: resource.urn, id: resource.id };
}
