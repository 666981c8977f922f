import { OperatorError } from "../errors.ts";

/** One segment of a pattern: literal text, any one segment, or the rest of the path. */
export type PatternSegment =
  | { readonly kind: "fixed"; readonly text: string }
  | { readonly kind: "parameter"; readonly name: string }
  | { readonly kind: "rest" };

/** An invalid pattern. */
export class PatternError extends OperatorError {
  constructor(pattern: string, problem: string) {
    super("DMM_GATEWAY_PATTERN_INVALID", `${pattern} is not a path pattern: ${problem}`);
  }
}

/**
 * Parses `/orders/{id}/items/*` into its segments.
 *
 * @throws PatternError with the violated rule
 */
export function parsePattern(pattern: string): PatternSegment[] {
  if (!pattern.startsWith("/")) throw new PatternError(pattern, "it must start with a slash.");
  const texts = pattern.slice(1).split("/");
  return texts.map((text, index) => {
    if (text === "*") {
      if (index !== texts.length - 1) throw new PatternError(pattern, "* must be the last segment.");
      return { kind: "rest" };
    }
    if (/^\{[A-Za-z][A-Za-z0-9_]*\}$/.test(text)) return { kind: "parameter", name: text.slice(1, -1) };
    if (!/^(?:[A-Za-z0-9\-._~!$&'()+,;=:@]|%[0-9A-F]{2})*$/.test(text))
      throw new PatternError(
        pattern,
        `${JSON.stringify(text)} contains a character that is not allowed in a path.`,
      );
    if (text === "" && index !== texts.length - 1) throw new PatternError(pattern, "a segment is empty.");
    if (text === "." || text === "..") throw new PatternError(pattern, "it must not contain dot segments.");
    return { kind: "fixed", text };
  });
}

/** The literal prefix before the first parameter or rest, without the slash that follows it. */
export function readFixedPrefix(pattern: string): string {
  const open = pattern.search(/\/(\{|\*$)/);
  return open === -1 ? pattern : pattern.slice(0, open);
}
