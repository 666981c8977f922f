const compiled = new Map<string, RegExp>();

/** Java's POSIX classes, by their characters. */
const posixClasses: Readonly<Record<string, string>> = {
  Print: "\\x20-\\x7E",
  Graph: "\\x21-\\x7E",
  Alnum: "a-zA-Z0-9",
  Alpha: "a-zA-Z",
  Digit: "0-9",
  Lower: "a-z",
  Upper: "A-Z",
  Punct: "!-\\/:-@\\[-`{-~",
  Space: "\\s",
};

/** Whether the whole text matches a pattern of the models, which are in Java's syntax. */
export function matchesPattern(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    expression = compilePattern(pattern);
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}

/** @throws SyntaxError for a pattern without a counterpart in JavaScript */
export function compilePattern(pattern: string): RegExp {
  const translated = pattern.replace(/\\p\{(\w+)\}/g, (property, name: string) => {
    const characters = posixClasses[name];
    return characters === undefined ? property : characters;
  });
  const whole = `^(?:${translated})$`;
  try {
    return new RegExp(whole, "u");
  } catch {
    // Java allows escaping any character; in JavaScript only the older syntax does, without code points and
    // properties.
    return new RegExp(whole);
  }
}
