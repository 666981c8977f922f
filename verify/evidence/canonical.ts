/**
 * JSON with sorted keys and no white space (like RFC 8785 for plain strings and integers): equal data, equal
 * digest.
 */
export function stringifyCanonically(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stringifyCanonically).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${stringifyCanonically(member)}`);
  return `{${members.join(",")}}`;
}
