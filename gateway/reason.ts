/**
 * The reason of a failure, for a log line or an operator. An aggregate error (a name with two dead addresses) has
 * no message of its own, and some errors have only a code.
 */
export function describeReason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return [...new Set(error.errors.map(describeReason))].join("; ");
  if (!(error instanceof Error)) return String(error);
  if (error.message !== "") return error.message;
  const { code } = error as { readonly code?: unknown };
  if (typeof code === "string" && code !== "") return code;
  return error.cause === undefined ? error.name : describeReason(error.cause);
}
