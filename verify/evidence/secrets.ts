const shortestSecret = 8;

/** Values of a run that must never be written: tokens, the verifier's secret, private keys. */
export interface Secrets {
  add(secret: string): void;
  /** A deep copy of plain data in which every known secret is replaced. */
  redact<Value>(value: Value): Value;
}

export function createSecrets(): Secrets {
  const known = new Set<string>();
  const redactText = (text: string): string => {
    let result = text;
    for (const secret of known) result = result.replaceAll(secret, "[secret]");
    return result;
  };
  const redactAny = (value: unknown): unknown => {
    if (typeof value === "string") return redactText(value);
    if (Array.isArray(value)) return value.map(redactAny);
    if (value instanceof Date) return value.toISOString();
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [redactText(key), redactAny(inner)]),
    );
  };
  return {
    add(secret) {
      // A very short secret would redact innocent text; none of ours is that short.
      if (secret.length >= shortestSecret) known.add(secret);
    },
    redact: <Value>(value: Value) => redactAny(value) as Value,
  };
}
