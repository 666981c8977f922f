interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** Cookies of one host over TLS, as a browser stores them (RFC 6265 sections 5.3 and 5.4). */
export class Cookies {
  #cookies: readonly Cookie[] = [];

  /** Stores the Set-Cookie fields of a response, joined by commas. */
  keep(field: string | undefined): void {
    // Dates contain commas too; a new cookie begins with a name and "=".
    for (const line of (field ?? "").split(/,\s*(?=[^;,=\s]+=)/)) if (line !== "") this.#keepOne(line);
  }

  /** The Cookie field for a path; undefined if there is none. */
  render(path: string): string | undefined {
    const sent = this.#cookies.filter((cookie) => matchesPath(path, cookie.path));
    return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join("; ");
  }

  #keepOne(line: string): void {
    const [pair = "", ...attributes] = line.split(/;\s*/);
    const at = pair.indexOf("=");
    const read = (name: string) =>
      attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const cookie = { name: pair.slice(0, at), value: pair.slice(at + 1), path: read("path") ?? "/" };
    const others = this.#cookies.filter(({ name, path }) => name !== cookie.name || path !== cookie.path);
    const expires = read("expires");
    const over = expires !== undefined && Date.parse(expires) <= Date.now();
    this.#cookies = over ? others : [...others, cookie];
  }
}

/** RFC 6265 section 5.1.4. */
function matchesPath(path: string, cookiePath: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith("/") ? cookiePath : `${cookiePath}/`);
}
