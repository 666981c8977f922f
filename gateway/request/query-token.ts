/** Whether a query carries an access token (RFC 6750 section 2.3), however its name is escaped. */
export function carriesToken(query: string): boolean {
  if (!query.includes("access_token") && !query.includes("%")) return false;
  return query.slice(1).split(/[&;]/).some(isToken);
}

function isToken(pair: string): boolean {
  const end = pair.indexOf("=");
  const name = end < 0 ? pair : pair.slice(0, end);
  return decodeLetters(name) === "access_token";
}

/** Never fails: a name with an invalid escape is a different name. */
function decodeLetters(name: string): string {
  return name.replace(/%([2-7][0-9A-Fa-f])/g, (_code, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
