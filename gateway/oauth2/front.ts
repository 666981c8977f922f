import type Provider from "oidc-provider";
import type { ServedConfiguration } from "../routing/served.ts";
import type { Context, Middleware, Next } from "./context.ts";
import { interaction, metadata, openidMetadata, readMethods, routes } from "./endpoints.ts";
import { devicePollSeconds } from "./lifetimes.ts";
import { prefilledCode } from "./pages.ts";

export interface FrontParts {
  readonly provider: Provider;
  readonly issuer: URL;
  readonly readConfiguration: () => ServedConfiguration;
  readonly answerInteraction: (context: Context) => Promise<void>;
  /** Counts a guess at a device's code; seconds to wait, 0 if it may be made. */
  readonly countUserCode: (address: string) => Promise<number>;
  /** Whether the request failed for a store that is away. */
  readonly wasLost: (context: Context) => boolean;
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
    if (!context.response.get("content-type").startsWith("text/html"))
      context.remove("content-security-policy");
  }

  async function answerLostStore(context: Context, next: Next): Promise<void> {
    await next();
    // The library's own answer for a lost store would be a 500, which a client must not repeat.
    if (!parts.wasLost(context)) return;
    context.status = 503;
    context.set("Retry-After", "1");
    context.body = {
      error: "temporarily_unavailable",
      error_description: "A store of the server is not available.",
    };
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
    context.body = { error: "slow_down", error_description: "There were too many attempts." };
  }

  async function openInteraction(context: Context, next: Next): Promise<void> {
    await (context.path.startsWith(interaction) ? parts.answerInteraction(context) : next());
  }

  return [
    protectPages,
    answerLostStore,
    forbidStoring,
    answerWrongMethod,
    completeMetadata,
    completeDeviceAnswer,
    guardDevicePage,
    openInteraction,
  ];
}

const pagePolicy = "default-src 'none'; script-src 'none'; base-uri 'none'; frame-ancestors 'none'";

function isMetadata({ path }: Context): boolean {
  return path === metadata || path === openidMetadata;
}
