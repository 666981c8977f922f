import { containsSecret, rewrap, secretStrings, wrapSecret } from "../pulumi-protocol/markers.ts";
import type { Properties, Value } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";

/** Shorter strings ("true", "443") occur everywhere, and a secret that short is not protected. */
const leastSecretLength = 8;

/**
 * Marks secret properties of one resource for the engine: what the type declares secret, what was secret in the
 * inputs or in the state before, and any output that repeats a secret under another name.
 */
export function protect(
  plain: Properties,
  handler: Pick<ResourceHandler, "secrets">,
  ...templates: readonly Properties[]
): Properties {
  const known = templates.flatMap(secretStrings).filter((text) => text.length >= leastSecretLength);
  return Object.fromEntries(
    Object.entries(plain).map(([name, value]) => {
      if (handler.secrets?.includes(name)) return [name, wrapSecret(value)];
      const marked = templates.reduce<Value>((result, template) => rewrap(result, template[name]), value);
      return [name, repeats(marked, known) ? wrapSecret(value) : marked];
    }),
  );
}

/** Names of the inputs whose value no message may repeat. */
export function secretInputs(
  { secrets = [] }: Pick<ResourceHandler, "secrets">,
  wrapped: Properties,
): readonly string[] {
  return Object.keys(wrapped).filter((name) => secrets.includes(name) || containsSecret(wrapped[name]));
}

/** True when a secret appears in clear text where it is not already marked. */
function repeats(value: Value, secrets: readonly string[]): boolean {
  if (typeof value === "string") return secrets.some((secret) => value.includes(secret));
  if (Array.isArray(value)) return value.some((item) => repeats(item, secrets));
  if (typeof value !== "object" || value === null) return false;
  return wrapSecret(value) !== value && Object.values(value).some((item) => repeats(item, secrets));
}
