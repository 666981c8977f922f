/** Any error as one line for a verdict: its message and causes. */
export function explainError(error: unknown): string {
  const parts: string[] = [];
  for (let current: unknown = error; current instanceof Error && parts.length < 4; current = current.cause) {
    const code = `${nameOf(current)}: `;
    parts.push(code === "Error: " ? current.message : `${code}${current.message}`);
  }
  return parts.length > 0 ? parts.join(" ← ") : String(error);
}

function nameOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
