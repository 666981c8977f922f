import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Agent, fetch } from "undici";
import { root } from "../repository/source-files.ts";

/** The browser instructions printed by `up`. */
export interface BrowserSteps {
  /** Origin of the platform, with its port unless that is 443. */
  readonly url: string;
  readonly adminUrl: string;
  /** PKCS #12 file of the insider. */
  readonly bundle: string;
  readonly password: string;
  /** PEM. */
  readonly authority: string;
  /** Addresses by host name, from the value of `--host-resolver-rules`. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** Parses the steps from the output of `up`. @throws Error if one of them is missing */
export function parseBrowserSteps(output: string): BrowserSteps {
  const find = (pattern: RegExp): readonly string[] => {
    const found = pattern.exec(output);
    if (found === null) throw new Error(`up did not print ${pattern}:\n${output}`);
    return found.slice(1);
  };
  const [adminUrl = "", url = ""] = find(/^In a browser: (\S+) \(administration\)\n {2}(\S+) serves/m);
  const [bundle = "", password = ""] = find(/import (\S+\.p12) as your certificate \(password: (\S+)\)/);
  const [authority = ""] = find(/import (\S+\.pem) as a certificate authority/);
  const [rules = ""] = find(/--host-resolver-rules='([^']+)'/);
  return {
    url,
    adminUrl,
    bundle: resolve(root, bundle),
    password: readFileSync(resolve(root, password), "utf8").trim(),
    authority: readFileSync(resolve(root, authority), "utf8"),
    addresses: new Map(
      [...rules.matchAll(/MAP (\S+) ([^,\s]+)/g)].map(([, host = "", to = ""]) => [host, to]),
    ),
  };
}

/**
 * An insider's HTTP client: it has the certificate, trusts the authority, and resolves names by the printed rules
 * only.
 */
export class Insider implements AsyncDisposable {
  readonly #steps: BrowserSteps;
  readonly #agent: Agent;

  constructor(steps: BrowserSteps) {
    this.#steps = steps;
    this.#agent = new Agent({
      connect: {
        pfx: readFileSync(steps.bundle),
        passphrase: steps.password,
        ca: steps.authority,
        lookup: (host, _options, found) => {
          const address = steps.addresses.get(host);
          if (address === undefined) found(new Error(`no rule maps ${host}`), "");
          else found(null, [{ address, family: 4 }]);
        },
      },
    });
  }

  /** A `fetch` for the platform, for strict clients. */
  readonly fetch = (url: string | URL, init: object = {}): Promise<Response> =>
    fetch(url, { ...init, dispatcher: this.#agent }) as unknown as Promise<Response>;

  /** One request to the admin API. @throws Error if it is refused */
  async askAdmin(method: string, path: string, value?: object): Promise<Readonly<Record<string, unknown>>> {
    const response = await this.fetch(new URL(path, this.#steps.adminUrl), {
      method,
      ...(value && { headers: { "content-type": "application/json" }, body: JSON.stringify(value) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** Registers a client of the OAuth2 server; resolves with its secret unless it is public. */
  async addClient(name: string, entry: object): Promise<string | undefined> {
    const { version } = await this.askAdmin("GET", "/api/configuration");
    const created = await this.askAdmin("PUT", `/api/clients/${name}?basedOn=${version}`, entry);
    return created.secret as string | undefined;
  }

  /** Registers a user; resolves with the one-time password, which only allows choosing another. */
  async addPerson(name: string, displayName: string): Promise<string> {
    const created = await this.askAdmin("POST", "/api/users", { name, displayName });
    return String(created.password);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.close();
  }
}
