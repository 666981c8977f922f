import type { Properties } from "../resource.ts";
import { numberOf, objectOf, textOf } from "../values.ts";
import { quote } from "./conditions.ts";

/** A target group's health check, with AWS's defaults filled in. */
export interface HealthCheck {
  readonly path: string;
  /** Undefined: each target's own port. */
  readonly port: number | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** `200`, `200,202` or `200-299`. */
  readonly matcher: string;
}

/** One server line of a backend. */
export interface ServerPlan {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export function healthCheckOf(group: Properties): HealthCheck {
  const check = objectOf(group, "healthCheck") ?? {};
  return {
    path: textOf(check, "path") ?? "/",
    port: numberOf(check, "port"),
    intervalMs: (numberOf(check, "interval") ?? 30) * 1000,
    timeoutMs: (numberOf(check, "timeout") ?? 5) * 1000,
    healthyThreshold: numberOf(check, "healthyThreshold") ?? 5,
    unhealthyThreshold: numberOf(check, "unhealthyThreshold") ?? 2,
    matcher: textOf(check, "matcher") ?? "200",
  };
}

export function matchesStatus(matcher: string, status: number): boolean {
  return matcher.split(",").some((part) => {
    const [low = 0, high = low] = part.split("-").map(Number);
    return low <= status && status <= high;
  });
}

/** The settings of a server, the same in the configuration and when it is added at run time. */
export function renderServerOptions(group: Properties): string {
  const check = healthCheckOf(group);
  const slowStart = numberOf(group, "slowStart") ?? 0;
  return [
    "check",
    `inter ${check.intervalMs}ms`,
    `rise ${check.healthyThreshold}`,
    `fall ${check.unhealthyThreshold}`,
    ...(check.port === undefined ? [] : [`port ${check.port}`]),
    ...(slowStart > 0 ? [`slowstart ${slowStart}s`] : []),
  ].join(" ");
}

/** Renders a target group as a backend. */
export function renderBackend(name: string, group: Properties, servers: readonly ServerPlan[]): string {
  const check = healthCheckOf(group);
  const algorithm =
    textOf(group, "loadBalancingAlgorithmType") === "least_outstanding_requests" ? "leastconn" : "roundrobin";
  const lines = [
    `backend ${name}`,
    `  balance ${algorithm}`,
    "  option httpchk",
    `  http-check send meth GET uri ${quote(check.path)} ver HTTP/1.1 hdr Host ${quote(name)} hdr User-Agent ELB-HealthChecker/2.0 hdr Connection close`,
    `  http-check expect rstatus ${quote(`^(${renderMatcher(check.matcher)})$`)}`,
    `  timeout check ${check.timeoutMs}ms`,
    ...retryRules,
    ...statusRules,
    ...servers.map(
      (server) => `  server ${server.name} ${server.address}:${server.port} ${renderServerOptions(group)}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * A request that a target did not accept goes to another. One that was accepted without a response is retried only
 * if its method is idempotent (RFC 9110 section 9.2.2). AWS documents the first for Application Load Balancers and
 * does not mention the second; without it a killed target would cost every request that it was serving.
 */
const retryRules = [
  "  retry-on conn-failure empty-response",
  "  http-request disable-l7-retry unless { method GET HEAD OPTIONS TRACE PUT DELETE }",
];

/**
 * A balancer without targets responds with 503, one whose target refuses the connection with 502
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html).
 * HAProxy uses 503 for both.
 */
const statusRules = [
  "  http-response set-var(txn.responded) bool(true)",
  "  http-after-response set-status 502 reason 'Bad Gateway' if { status 503 } !{ var(txn.responded) -m found } { nbsrv gt 0 }",
];

function renderMatcher(matcher: string): string {
  return matcher
    .split(",")
    .flatMap((part) => {
      const [low = 0, high = low] = part.split("-").map(Number);
      return Array.from({ length: high - low + 1 }, (_status, index) => String(low + index));
    })
    .join("|");
}
