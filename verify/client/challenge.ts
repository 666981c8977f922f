/** One challenge of a WWW-Authenticate field. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameter = new RegExp(`^(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`);

/**
 * Parses a WWW-Authenticate field (RFC 9110 section 11.6.1). A comma separates both challenges and their
 * parameters, so it cannot be split at commas. Undefined if the field does not follow the grammar.
 */
export function parseChallenges(field: string): readonly Challenge[] | undefined {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  let rest = field.trim();
  while (rest !== "") {
    const pair = parameter.exec(rest);
    const current = challenges.at(-1);
    if (pair && current) {
      const name = (pair[1] ?? "").toLowerCase();
      if (name in current.parameters) return undefined;
      current.parameters[name] = pair[2] !== undefined ? pair[2].replace(/\\(.)/g, "$1") : (pair[3] ?? "");
      rest = rest.slice(pair[0].length);
    } else {
      const scheme = new RegExp(`^${token}(?=\\s|,|$)`).exec(rest);
      if (!scheme) return undefined;
      challenges.push({ scheme: scheme[0], parameters: {} });
      rest = rest.slice(scheme[0].length);
    }
    rest = rest.replace(/^[\s,]+/, "");
  }
  return challenges;
}
