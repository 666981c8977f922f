import type Provider from "oidc-provider";
import type { ServedConfiguration } from "../routing/served.ts";
import type { Context, Middleware, Next } from "./context.ts";
import { interaction, metadata, openidMetadata, readMethods, routes, userinfo } from "./endpoints.ts";
import { devicePollSeconds } from "./lifetimes.ts";
import { isLostStore } from "./lost-store.ts";
import { answerError, prefilledCode } from "./pages.ts";

export interface FrontParts {
  readonly provider: Provider;
  readonly issuer: URL;
  readonly readConfiguration: () => ServedConfiguration;
  readonly answerInteraction: (context: Context) => Promise<void>;
  readonly answerUserinfo: (context: Context) => Promise<void>;
  /** Counts a guess at a device's code; seconds to wait, 0 if it may be made. */
  readonly countUserCode: (address: string) => Promise<number>;
  /** Why the library answered that it failed. */
  readonly findFailure: (context: Context) => Error | undefined;
  readonly tellFailure: (error: Error) => void;
}

/** What stands before the library's endpoints, in the order in which a request meets it. */
export function createFront(parts: FrontParts): readonly Middleware[] {
  const { provider, issuer, readConfiguration } = parts;
  const sessionCookie = provider.cookieName("session");

  async function protectPages(context: Context, next: Next): Promise<void> {
    // For the library's own markup; pages of ours replace it. Its scripts, where there are any, add their digests.
    context.set("content-security-policy", pagePolicy);
    context.set("x-content-type-options", "nosniff");
    context.set("x-frame-options", "DENY");
    if (issuer.protocol === "https:") context.set("strict-transport-security", "max-age=31536000");
    await next();
    if (context.type !== "text/html") context.remove("content-security-policy");
  }

  async function answerFailure(context: Context, next: Next): Promise<void> {
    let failure: Error | undefined;
    try {
      await next();
      failure = parts.findFailure(context);
    } catch (error) {
      failure = error as Error;
    }
    if (failure === undefined) return;
    const lost = isLostStore(failure);
    if (!lost) parts.tellFailure(failure);
    // The library's own answer for a lost store would be a 500, which a client must not repeat.
    context.status = lost ? 503 : 500;
    if (lost) context.set("retry-after", "1");
    await answerError(
      context,
      lost
        ? { error: "temporarily_unavailable", error_description: "A store of the server is not available." }
        : { error: "server_error", error_description: "The server failed." },
    );
  }

  async function answerWrongMethod(context: Context, next: Next): Promise<void> {
    await next();
    const methods = readMethods(context.path);
    if (context.status !== 404 || context.body != null || methods === undefined) return;
    context.status = 405;
    context.set("allow", methods.includes("GET") ? ["HEAD", ...methods].join(", ") : methods.join(", "));
    context.body = {
      error: "invalid_request",
      error_description: `${context.method} is not for ${context.path}`,
    };
  }

  /** RFC 9111: what is not said to be kept must not be; metadata may, for a little while. */
  async function forbidStoring(context: Context, next: Next): Promise<void> {
    await next();
    const published = context.path === routes.jwks || isMetadata(context);
    context.set("cache-control", published && context.status === 200 ? "public, max-age=300" : "no-store");
  }

  async function completeMetadata(context: Context, next: Next): Promise<void> {
    await next();
    if (!isMetadata(context) || context.status !== 200) return;
    const body = context.body as Record<string, unknown>;
    const known = body.scopes_supported as string[];
    const methods = body.token_endpoint_auth_methods_supported;
    body.scopes_supported = [...new Set([...known, ...readConfiguration().scope.split(" ")])].filter(Boolean);
    body.userinfo_endpoint = new URL(userinfo, issuer.origin).href;
    body.response_modes_supported = ["query"];
    body.revocation_endpoint_auth_methods_supported = methods;
    body.introspection_endpoint_auth_methods_supported = methods;
  }

  async function completeDeviceAnswer(context: Context, next: Next): Promise<void> {
    await next();
    if (context.path === routes.device_authorization && context.status === 200)
      Object.assign(context.body as object, { interval: devicePollSeconds });
  }

  /** RFC 8628 3.3.1 without a script: a code in the address is shown for the person to compare, not sent on. */
  async function guardDevicePage(context: Context, next: Next): Promise<void> {
    if (context.path !== routes.code_verification) return next();
    if (context.method === "GET" && typeof context.query.user_code === "string") {
      context.state[prefilledCode] = context.query.user_code.slice(0, 20);
      context.querystring = "";
    }
    if (context.method !== "POST") return next();
    // A form without a session is none of ours; the library would answer 500.
    if (context.cookies.get(sessionCookie, { signed: true }) === undefined) {
      context.status = 303;
      return context.redirect(routes.code_verification);
    }
    const seconds = await parts.countUserCode(context.ip);
    if (seconds === 0) return next();
    context.status = 429;
    context.set("retry-after", String(seconds));
    await answerError(context, {
      error: "slow_down",
      error_description: `There were too many attempts. Try again in ${Math.ceil(seconds / 60)} minutes.`,
    });
  }

  async function answerOwnEndpoints(context: Context, next: Next): Promise<void> {
    if (context.path.startsWith(interaction)) await parts.answerInteraction(context);
    else if (context.path === userinfo && isAllowed(context)) await parts.answerUserinfo(context);
    else await next();
  }

  return [
    protectPages,
    answerFailure,
    forbidStoring,
    answerWrongMethod,
    completeMetadata,
    completeDeviceAnswer,
    guardDevicePage,
    answerOwnEndpoints,
  ];
}

const pagePolicy = "default-src 'none'; script-src 'none'; base-uri 'none'; frame-ancestors 'none'";

function isAllowed({ path, method }: Context): boolean {
  return readMethods(path)?.includes(method) === true;
}

function isMetadata({ path }: Context): boolean {
  return path === metadata || path === openidMetadata;
}
