/** Characters of a body in a sentence. */
const inSentence = 200;

/** Characters of one text in TAP, JUnit and the report. */
export const longestText = 2_000;

/** The beginning of a text, with the number of omitted characters. */
export function shorten(text: string, longest = inSentence): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest)}… (${text.length - longest} more characters)`;
}

/** A value of the evidence with every long text in it shortened; `result.json` has all of it. */
export function shortenTexts(value: unknown, longest: number): unknown {
  return JSON.parse(JSON.stringify(value ?? null), (_key, inner: unknown) =>
    typeof inner === "string" ? shorten(inner, longest) : inner,
  );
}
