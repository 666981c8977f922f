import { normalizeTarget } from "../exchange/request-target.ts";
import { PatternError, parsePattern } from "../routing/pattern.ts";
import { methods, rateLimits, routeLimits, textLimits } from "./bounds.ts";
import { validateCors } from "./cors.ts";
import type { RouteEntry } from "./document.ts";
import type { EntryProblems, Problems } from "./problems.ts";

const knownMethods: ReadonlySet<string> = new Set(methods);

/** Paths that the gateway serves itself, before the route table. */
const reserved = [
  "/health/",
  "/internal/configuration",
  "/oauth2/",
  "/.well-known/oauth-authorization-server",
  "/.well-known/openid-configuration",
];

export interface KnownNames {
  readonly upstreams: ReadonlySet<string>;
  readonly scopes: ReadonlySet<string>;
}

export function validateRoute(route: RouteEntry, known: KnownNames, report: EntryProblems): void {
  report.require(route.methods.length > 0, "methods", "At least one method is required.");
  report.words("methods", route.methods, knownMethods, "method");
  report.require(
    known.upstreams.has(route.upstream),
    "upstream",
    `${JSON.stringify(route.upstream)} is not a configured API.`,
  );
  report.words("scopes", route.scopes, known.scopes, "scope");
  report.text("scopes", route.scopes.join(" "), textLimits.routeScopes);
  report.require(
    !route.public || route.scopes.length === 0,
    "scopes",
    "A public route requires no token and cannot require scopes.",
  );
  if (route.host !== null) validateHost(route.host, report);
  validatePath(route.path, report);
  if (route.rewritePrefix !== null) validateRewrite(route.rewritePrefix, report);
  for (const [field, bounds] of Object.entries(routeLimits))
    report.number(field, route[field as keyof typeof routeLimits], bounds);
  if (route.rate !== null) {
    report.number("rate", route.rate.perSecond, rateLimits.perSecond, false);
    report.number("rate", route.rate.burst, rateLimits.burst);
  }
  if (route.cors !== null) validateCors(route.cors, report);
}

function validateHost(host: string, report: EntryProblems): void {
  const right = /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/.test(host);
  report.require(
    right && host.length <= textLimits.host,
    "host",
    `${JSON.stringify(host)} is not a valid host name; it must not include a port.`,
  );
}

function validatePath(path: string, report: EntryProblems): void {
  report.text("path", path, textLimits.path);
  try {
    const fixed = parsePattern(path).map((part) => (part.kind === "fixed" ? part.text : "x"));
    report.require(
      normalizeTarget(`/${fixed.join("/")}`)?.path === `/${fixed.join("/")}`,
      "path",
      "No request can match this path: unreserved characters must not be percent-encoded.",
    );
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    report.add("path", error.message);
    return;
  }
  const own = reserved.find((prefix) => path === prefix || path.startsWith(prefix));
  report.require(own === undefined, "path", `${own} is reserved for the gateway itself.`);
}

function validateRewrite(prefix: string, report: EntryProblems): void {
  report.text("rewritePrefix", prefix, textLimits.path);
  const right = prefix === "/" || (!prefix.endsWith("/") && normalizeTarget(prefix)?.path === prefix);
  report.require(
    right && !/[{}*?]/.test(prefix),
    "rewritePrefix",
    `${JSON.stringify(prefix)} is not a valid prefix; use the form /v2, without a trailing slash.`,
  );
}

/** Two routes that match the same requests: same host, same method, same path apart from parameter names. */
export function findConflicts(routes: readonly RouteEntry[], problems: Problems): void {
  const taken = new Map<string, string>();
  for (const route of routes)
    for (const method of route.methods) {
      const place = `${route.host ?? "*"} ${method} ${describeShape(route.path)}`;
      const other = taken.get(place);
      if (other === undefined) taken.set(place, route.name);
      else
        problems
          .of("routes", route.name)
          .add("path", `${method} ${route.path} is already matched by route ${other}.`);
    }
}

function describeShape(path: string): string {
  return parsePattern(path)
    .map((part) => (part.kind === "fixed" ? part.text : part.kind === "parameter" ? "{}" : "*"))
    .join("/");
}
