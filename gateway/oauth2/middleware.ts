import type { Context, Middleware, Next } from "../login/context.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import { createCommit } from "./commit-middleware.ts";
import {
  interaction,
  metadata,
  openidMetadata,
  passwordChange,
  readMethods,
  routes,
  userinfo,
} from "./endpoints.ts";
import { devicePollSeconds, lifetimes } from "./lifetimes.ts";
import { createLogoutGuard } from "./logout-requests.ts";
import { correctErrors } from "./oidc-provider-errors.ts";
import { createPageGuards, type PageGuardParts } from "./page-guards.ts";
import { limitSharing } from "./page-origins.ts";
import { sendError } from "./pages.ts";
import type { UnitsOfWork } from "./request-transaction.ts";
import { isLostStore } from "./store-unavailable.ts";

export interface MiddlewareParts extends PageGuardParts {
  readonly issuer: URL;
  readonly readConfiguration: () => ServedConfiguration;
  readonly noncesDemanded: boolean;
  readonly serveInteraction: (context: Context) => Promise<void>;
  readonly serveUserinfo: (context: Context) => Promise<void>;
  readonly servePasswordChange: (context: Context) => Promise<void>;
  /** Returns why the library failed. */
  readonly findFailure: (context: Context) => Error | undefined;
  readonly logFailure: (error: Error, context: Context) => void;
  readonly logRefusal: (context: Context, error: Error) => void;
  readonly units: UnitsOfWork;
}

/** Middleware before the library's endpoints, in request order. */
export function createMiddleware(parts: MiddlewareParts): readonly Middleware[] {
  const { issuer, readConfiguration } = parts;

  async function protectPages(context: Context, next: Next): Promise<void> {
    // For the library's own markup, which our pages replace. Its scripts, where there are any, add their digests.
    context.set("content-security-policy", pagePolicy);
    context.set("x-content-type-options", "nosniff");
    context.set("x-frame-options", "DENY");
    if (issuer.protocol === "https:") context.set("strict-transport-security", "max-age=31536000");
    await next();
    if (context.type !== "text/html") context.remove("content-security-policy");
  }

  async function sendFailure(context: Context, next: Next): Promise<void> {
    let failure: Error | undefined;
    try {
      await next();
      failure = parts.findFailure(context);
    } catch (error) {
      failure = error as Error;
    }
    if (failure === undefined) return;
    const lost = isLostStore(failure);
    parts.logFailure(failure, context);
    // The library's decision before the failure, such as a code, must not be sent.
    context.remove("location");
    // For an unavailable store the library would respond 500, which a client must not retry.
    context.status = lost ? 503 : 500;
    if (lost) context.set("retry-after", "1");
    await sendError(
      context,
      lost
        ? { error: "temporarily_unavailable", error_description: "The server's data store is unavailable." }
        : { error: "server_error", error_description: "The server failed to process the request." },
    );
  }

  /** RFC 6749 appendix B: forms are UTF-8 without content coding. A decoder might read something else. */
  async function refuseEncodings(context: Context, next: Next): Promise<void> {
    const { "content-encoding": encoding = "identity" } = context.headers;
    const charset = context.request.charset || "utf-8";
    const isPlain = encoding.toLowerCase() === "identity" && /^(?:utf-?8|us-ascii)$/i.test(charset);
    if (isPlain || context.method !== "POST") {
      await next();
      return;
    }
    context.status = 415;
    context.set("accept-encoding", "identity");
    await sendError(context, {
      error: "invalid_request",
      error_description: "the form must be uncompressed UTF-8",
    });
  }

  /** RFC 6749 section 5.2: multiple credentials are refused, even where only the first would be read. */
  async function refuseTwoCredentials(context: Context, next: Next): Promise<void> {
    const { authorization } = context.req.headersDistinct;
    if (context.path === userinfo || (authorization?.length ?? 0) < 2) {
      await next();
      return;
    }
    context.status = 400;
    await sendError(context, {
      error: "invalid_request",
      error_description: "the request has more than one Authorization header",
    });
  }

  async function sendWrongMethod(context: Context, next: Next): Promise<void> {
    await next();
    const methods = readMethods(context.path);
    if (context.status !== 404 || context.body != null || methods === undefined) return;
    context.status = 405;
    context.set("allow", methods.includes("GET") ? ["HEAD", ...methods].join(", ") : methods.join(", "));
    context.body = {
      error: "invalid_request",
      error_description: `${context.method} is not supported for ${context.path}`,
    };
  }

  /** RFC 9111: responses are not cacheable by default; metadata may be cached briefly. */
  async function forbidStoring(context: Context, next: Next): Promise<void> {
    await next();
    const published = context.path === routes.jwks || isMetadata(context);
    context.set(
      "cache-control",
      published && context.status === 200 ? `public, max-age=${lifetimes.published}` : "no-store",
    );
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

  /**
   * The library sends a nonce with every response; clients that receive one must use it, so it is sent only where
   * it is wanted.
   */
  async function withholdNonces(context: Context, next: Next): Promise<void> {
    await next();
    const wanted = (context.body as { error?: unknown } | undefined)?.error === "use_dpop_nonce";
    if (!parts.noncesDemanded && !wanted) context.remove("dpop-nonce");
  }

  async function completeDeviceResponse(context: Context, next: Next): Promise<void> {
    await next();
    if (context.path === routes.device_authorization && context.status === 200)
      Object.assign(context.body as object, { interval: devicePollSeconds });
  }

  async function serveOwnEndpoints(context: Context, next: Next): Promise<void> {
    if (context.path.startsWith(interaction)) await parts.serveInteraction(context);
    else if (context.path === userinfo && (isAllowed(context) || isPreflight(context)))
      await parts.serveUserinfo(context);
    else if (context.path === passwordChange && isAllowed(context)) await parts.servePasswordChange(context);
    else await next();
  }

  return [
    protectPages,
    limitSharing(readConfiguration),
    sendFailure,
    forbidStoring,
    refuseEncodings,
    refuseTwoCredentials,
    sendWrongMethod,
    completeMetadata,
    withholdNonces,
    completeDeviceResponse,
    correctErrors,
    createLogoutGuard(readConfiguration),
    ...createPageGuards(parts),
    serveOwnEndpoints,
    createCommit(parts),
  ];
}

const pagePolicy = "default-src 'none'; script-src 'none'; base-uri 'none'; frame-ancestors 'none'";

function isAllowed({ path, method }: Context): boolean {
  return readMethods(path)?.includes(method === "HEAD" ? "GET" : method) === true;
}

/** The CORS preflight for a cross-origin request with a token. */
function isPreflight({ method, headers }: Context): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

function isMetadata({ path }: Context): boolean {
  return path === metadata || path === openidMetadata;
}
