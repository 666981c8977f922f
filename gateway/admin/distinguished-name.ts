/**
 * The common name of a certificate's subject in RFC 2253 form; undefined unless there is exactly one. Commas and
 * plus signs inside a value are escaped or quoted, so one name cannot pass for two.
 */
export function readCommonName(subject: string): string | undefined {
  const names = splitParts(subject).flatMap((part) => {
    const at = part.indexOf("=");
    return part.slice(0, at).trim().toUpperCase() === "CN" ? [readEscapes(part.slice(at + 1).trim())] : [];
  });
  const [name] = names;
  return names.length === 1 && name !== "" ? name : undefined;
}

function splitParts(subject: string): string[] {
  const parts: string[] = [];
  let part = "";
  let quoted = false;
  for (let index = 0; index < subject.length; index++) {
    const character = subject[index]!;
    if (character === "\\") {
      part += character + (subject[++index] ?? "");
      continue;
    }
    if (character === '"') quoted = !quoted;
    if (!quoted && (character === "," || character === "+" || character === ";")) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return [...parts, part];
}

function readEscapes(value: string): string {
  const inner = /^".*"$/s.test(value) ? value.slice(1, -1) : value;
  // Escaped bytes are UTF-8; one character may take several.
  return inner.replace(/(?:\\[0-9A-Fa-f]{2})+|\\(.)/gs, (run: string, character?: string) =>
    character === undefined ? Buffer.from(run.replaceAll("\\", ""), "hex").toString("utf8") : character,
  );
}
