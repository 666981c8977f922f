import type Provider from "oidc-provider";
import type { Context, Middleware, Next } from "../login/context.ts";
import type { Attempt, Refused } from "../login/throttle.ts";
import { routes } from "./endpoints.ts";
import { prefilledCode, readLogoutTarget, sendError, wrongCode } from "./pages.ts";

export interface PageGuardParts {
  readonly provider: Provider;
  /** Begins a guess at a device's user code, which counts if it fails. */
  readonly beginUserCode: (address: string) => Promise<Attempt | Refused>;
}

/** Middleware that makes the library's pages follow our rules. */
export function createPageGuards({ provider, beginUserCode }: PageGuardParts): readonly Middleware[] {
  const sessionCookie = provider.cookieName("session");

  /**
   * RFC 8628 section 3.3.1 without a script: a code in the URL is shown for the user to compare, not submitted.
   */
  async function prefillCode(context: Context, next: Next): Promise<void> {
    if (context.path === routes.code_verification && typeof context.query.user_code === "string") {
      context.state[prefilledCode] = context.query.user_code.slice(0, 20);
      context.querystring = "";
    }
    await next();
  }

  /** A step of the device flow without a session is invalid; the library would respond 500. */
  async function expectSession(context: Context, next: Next): Promise<void> {
    const { path, method } = context;
    const step =
      (path.startsWith(`${routes.code_verification}/`) && ["GET", "HEAD", "POST"].includes(method)) ||
      (path === routes.code_verification && method === "POST");
    if (!step || context.cookies.get(sessionCookie, { signed: true }) !== undefined) {
      await next();
      return;
    }
    context.status = 303;
    context.redirect(routes.code_verification);
  }

  async function limitGuesses(context: Context, next: Next): Promise<void> {
    if (context.path !== routes.code_verification || context.method !== "POST") {
      await next();
      return;
    }
    const attempt = await beginUserCode(context.ip);
    if (!("seconds" in attempt)) {
      await next();
      await attempt.settle(context.state[wrongCode] === true ? "wrong" : "right");
      return;
    }
    const { seconds } = attempt;
    context.status = 429;
    context.set("retry-after", String(seconds));
    await sendError(context, {
      error: "slow_down",
      error_description: `Too many attempts. Try again in ${Math.ceil(seconds / 60)} minutes.`,
    });
  }

  return [prefillCode, expectSession, limitGuesses, replaceScript];
}

/** The library submits some forms by script, always to this server; here the user does it. */
async function replaceScript(context: Context, next: Next): Promise<void> {
  await next();
  const { body } = context;
  if (context.type !== "text/html" || typeof body !== "string" || !body.includes("<script>")) return;
  const action = /<form method="post" action="([^"]*)">/.exec(body)?.[1];
  if (action === undefined) return;
  const fields = [...body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"\/>/g)];
  const [{ Html, html }, { showPage }] = await Promise.all([
    import("../page/html.ts"),
    import("../login/page.ts"),
  ]);
  // The values are escaped already, as they come from markup.
  const inputs = fields.map(([input]) => new Html(input));
  showPage(context, {
    title: "Sign out",
    leadsTo: readLogoutTarget({ oidc: context.oidc }),
    content: html`<h1>Sign out first</h1>
<p>To continue, sign out of the current session in this browser.</p>
<form method="post" action="${new Html(action)}">
${inputs}
<div class="actions"><button class="primary" type="submit" autofocus>Continue</button></div>
</form>`,
  });
}
