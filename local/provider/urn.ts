/** `urn:pulumi:stack::project::parent$type::name`: the request's own `type` is empty in older engines. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** The logical name, which may itself contain colons. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
