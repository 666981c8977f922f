import type { CheckContext } from "../check.ts";
import type { Responded } from "../client/attempt.ts";
import { Cookies } from "../client/cookies.ts";
import { VerifyError } from "../errors.ts";
import { allowsForm } from "./form-action.ts";

/** A page, or the address of the application that the browser was sent to. */
export interface Visited {
  readonly url: URL;
  readonly status: number;
  readonly body: string;
  readonly policy: string | undefined;
}

/** A point where a browser would be blocked or lost. */
export class Stopped extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "Stopped";
  }
}

interface Form {
  readonly action: URL;
  readonly fields: Readonly<Record<string, string>>;
}

const mostRedirections = 10;

/** A browser without scripts at the platform's address: cookies, forms, redirects, and the pages' policies. */
export class Browser {
  readonly #context: CheckContext;
  readonly #origin: string;
  readonly #application: string;
  readonly #cookies = new Cookies();

  /** `application` is the redirect URI of the authorization endpoint's responses. */
  constructor(context: CheckContext, application: string) {
    this.#context = context;
    this.#origin = context.target.ingress.url;
    this.#application = application;
  }

  /** @throws Stopped for a redirect that leaves the platform's address for anything but the application */
  open(path: string): Promise<Visited> {
    return this.#follow(new URL(path, this.#origin), {});
  }

  /** Submits the page's form whose URL has this ending. @throws Stopped also if the page's policy forbids it */
  submit(page: Visited, end: string, fields: Readonly<Record<string, string>>): Promise<Visited> {
    const form = findForms(page).find(({ action }) => action.pathname.endsWith(end));
    if (form === undefined) throw new Stopped(`the page at ${page.url.pathname} has no form for ${end}`);
    const body = new URLSearchParams({ ...form.fields, ...fields }).toString();
    return this.#follow(form.action, { body, page });
  }

  async #follow(first: URL, { body, page }: { body?: string; page?: Visited }): Promise<Visited> {
    let url = first;
    let form = body;
    for (let hop = 0; hop < mostRedirections; hop += 1) {
      if (page !== undefined && !allowsForm(page.policy, page.url, url))
        throw new Stopped(
          `the policy of the page at ${page.url.pathname} forbids its form to lead to ${url.origin}`,
        );
      if (url.href.split("?")[0] === this.#application)
        return { url, status: 0, body: "", policy: undefined };
      if (url.origin !== this.#origin)
        throw new Stopped(`the browser is sent to ${url.origin}, and the platform is at ${this.#origin}`);
      const response = await this.#send(url, form);
      const { location } = response.headers;
      if (location === undefined)
        return {
          url,
          status: response.status,
          body: response.body,
          policy: response.headers["content-security-policy"],
        };
      url = new URL(location, url);
      form = undefined;
    }
    throw new Stopped(`the browser is redirected more than ${mostRedirections} times`);
  }

  async #send(url: URL, body: string | undefined): Promise<Responded> {
    const cookie = this.#cookies.render(url.pathname);
    const response = await this.#context.ingress.attempt({
      method: body === undefined ? "GET" : "POST",
      path: url.pathname + url.search,
      headers: {
        accept: "text/html",
        ...(cookie === undefined ? {} : { cookie }),
        ...(body === undefined
          ? {}
          : {
              "content-type": "application/x-www-form-urlencoded",
              origin: this.#origin,
              "sec-fetch-site": "same-origin",
            }),
      },
      ...(body === undefined ? {} : { body }),
      timeoutMs: 20_000,
      signal: this.#context.signal,
    });
    if (response.outcome !== "responded")
      throw new VerifyError("DMM_VERIFY_NO_CONTROL", { what: `${url.pathname} got no response` });
    this.#cookies.keep(response.headers["set-cookie"]);
    this.#context.evidence.record(`${body === undefined ? "GET" : "POST"} ${url.pathname}`, {
      status: response.status,
      location: response.headers.location?.replace(/([?&]code=)[^&]+/, "$1[secret]"),
      policy: response.headers["content-security-policy"],
    });
    return response;
  }
}

function findForms({ body, url }: Visited): readonly Form[] {
  return [...body.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, attributes = "", content = ""]) => {
    const fields: Record<string, string> = {};
    for (const [, input = ""] of content.matchAll(/<input\b([^>]*)>/gs)) {
      const name = readAttribute(input, "name");
      if (name !== undefined) fields[name] = readAttribute(input, "value") ?? "";
    }
    return { action: new URL(readAttribute(attributes, "action") ?? "", url), fields };
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
