/** Deeper than anything that the API describes. */
const deepest = 32;

/**
 * Finds ambiguity in a JSON text that parsed successfully: duplicate member names (RFC 8259 section 4 leaves open
 * which one counts) and excessive nesting. Does not validate the text otherwise.
 */
export function findAmbiguity(text: string): string | undefined {
  /** Member names of the open objects; `undefined` for an array. */
  const open: (Set<string> | undefined)[] = [];
  let awaitsName = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === "{" || character === "[") {
      if (open.length === deepest) return `The JSON is nested deeper than ${deepest} levels.`;
      open.push(character === "{" ? new Set() : undefined);
      awaitsName = character === "{";
    } else if (character === "}" || character === "]") {
      open.pop();
      awaitsName = false;
    } else if (character === ",") awaitsName = open.at(-1) !== undefined;
    else if (character === '"') {
      const end = findStringEnd(text, index);
      if (awaitsName) {
        const name = readName(text.slice(index, end));
        const names = open.at(-1)!;
        if (names.has(name)) return `Duplicate member ${JSON.stringify(name)}.`;
        names.add(name);
        awaitsName = false;
      }
      index = end - 1;
    }
  }
  return undefined;
}

/** The position after the closing quote. */
function findStringEnd(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === '"') return index + 1;
  }
  return text.length;
}

/** Decodes valid escapes: `"\u0061"` is `"a"`. */
function readName(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}
