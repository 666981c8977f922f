/** A page, or the external address that a browser was redirected to. */
export interface Visited {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** A form of a page with its initial fields. */
export interface Form {
  readonly action: URL;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * A browser without scripts: cookies with their paths, redirects, forms. The server believes that it is reached at
 * its issuer over TLS; connections go to its real address.
 */
export class Browser {
  readonly #issuer: URL;
  readonly #origin: string;
  readonly #address: string;
  cookies: Cookie[] = [];
  /** Called once before the next redirect is followed. */
  beforeRedirection: (() => Promise<unknown>) | undefined;

  constructor(issuer: string, origin: string, address = "192.0.2.1") {
    this.#issuer = new URL(issuer);
    this.#origin = origin;
    this.#address = address;
  }

  /** Follows redirects until a page, or until one leads to another host. */
  async open(to: string | URL, init: RequestInit = {}): Promise<Visited> {
    let url = new URL(to, this.#issuer);
    let request = init;
    for (let hops = 0; hops < 10; hops++) {
      if (url.origin !== this.#issuer.origin) return { url, status: 0, headers: new Headers(), text: "" };
      const response = await this.#fetch(url, request);
      const location = response.headers.get("location");
      const text = await response.text();
      if (location !== null && (response.status < 300 || response.status > 399))
        throw new Error(`${url} responds ${response.status} with Location ${location}.`);
      if (location === null) return { url, status: response.status, headers: response.headers, text };
      if (response.status === 307 || response.status === 308)
        throw new Error(`${url} sends a form on by ${response.status}.`);
      const happen = this.beforeRedirection;
      this.beforeRedirection = undefined;
      await happen?.();
      url = new URL(location, url);
      request = {};
    }
    throw new Error(`Too many redirections, the last to ${url}.`);
  }

  /** Submits the page's form whose path has this ending. */
  async submit(page: Visited, actionEnd: string, fields: Record<string, string> = {}): Promise<Visited> {
    const form = findForms(page).find(({ action }) => action.pathname.endsWith(actionEnd));
    if (form === undefined) throw new Error(`No form leads to ${actionEnd}:\n${page.status} ${page.text}`);
    return this.open(form.action, {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin", origin: this.#issuer.origin },
      body: new URLSearchParams({ ...form.fields, ...fields }),
    });
  }

  async #fetch(url: URL, init: RequestInit): Promise<Response> {
    const cookies = this.cookies.filter(({ path }) => matchesPath(url.pathname, path));
    const headers = new Headers(init.headers);
    headers.set("accept", "text/html");
    headers.set("x-forwarded-for", this.#address);
    if (cookies.length > 0)
      headers.set("cookie", cookies.map(({ name, value }) => `${name}=${value}`).join("; "));
    const response = await fetch(this.#origin + url.pathname + url.search, {
      ...init,
      headers,
      redirect: "manual",
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split(/; */);
    const at = pair.indexOf("=");
    const read = (name: string) =>
      attributes.find((attribute) => attribute.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const cookie = { name: pair.slice(0, at), value: pair.slice(at + 1), path: read("path") ?? "/" };
    this.cookies = this.cookies.filter(({ name, path }) => name !== cookie.name || path !== cookie.path);
    const expires = read("expires");
    if (expires === undefined || Date.parse(expires) > Date.now()) this.cookies.push(cookie);
  }
}

export function findForms(page: Visited): Form[] {
  return [...page.text.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, attributes, content]) => {
    const fields: Record<string, string> = {};
    for (const [, input] of content!.matchAll(/<input\b([^>]*)>/gs)) {
      const name = readAttribute(input!, "name");
      if (name !== undefined) fields[name] = readAttribute(input!, "value") ?? "";
    }
    return { action: new URL(readAttribute(attributes!, "action")!, page.url), fields };
  });
}

function readAttribute(text: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`)
    .exec(text)?.[1]
    ?.replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

/** RFC 6265 section 5.1.4. */
function matchesPath(path: string, cookiePath: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith("/") ? cookiePath : `${cookiePath}/`);
}
