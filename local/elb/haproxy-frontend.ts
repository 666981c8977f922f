import { logDirectives } from "./access-log-line.ts";
import { quote } from "./conditions.ts";

/** The client-facing side of one listener. */
export interface FrontendPlan {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Absent for plain HTTP. */
  readonly tls?: {
    readonly bundleFile: string;
    readonly policy: string;
    /** Clients must present a certificate that these files verify. */
    readonly clients?: {
      readonly authoritiesFile: string;
      readonly listsFile: string | undefined;
      readonly serialsFile: string;
    };
  };
  /** Networks that may connect, one a line. */
  readonly sourcesFile: string;
  readonly dropInvalidHeaders: boolean;
  /** Seconds after which a connection serves one more request and ends. */
  readonly clientKeepAlive: number;
  /** In order of priority. */
  readonly rules: readonly {
    readonly priority: number;
    readonly condition: string;
    readonly directive?: string;
    readonly backend?: string;
  }[];
  readonly defaultDirective?: string;
  readonly defaultBackend?: string;
  /** Writes each request to the process's access log. */
  readonly logged: boolean;
}

/** Renders one listener as a frontend. */
export function renderFrontend(plan: FrontendPlan): string {
  const lines = [
    `frontend ${plan.name}`,
    `  bind ${plan.address}:${plan.port}${renderTls(plan)}`,
    `  tcp-request connection reject unless { src -f ${plan.sourcesFile} }`,
    ...(plan.tls?.clients ? rememberCertificate : []),
    ...limitAge(plan.clientKeepAlive),
    ...(plan.logged ? logDirectives : []),
    // At each request, not only in the handshake: revoking a certificate also ends its open connections.
    ...(plan.tls?.clients
      ? [`  http-request reject if { var(sess.serial) -m str -f ${plan.tls.clients.serialsFile} }`]
      : []),
    ...headRules,
    ...(plan.dropInvalidHeaders ? [`  http-request del-header ${quote("[^-A-Za-z0-9]")} -m reg`] : []),
    ...forwardedHeaders,
    // Only the balancer may state a client's certificate.
    "  http-request del-header x-amzn-mtls- -m beg",
    ...(plan.tls?.clients ? certificateHeaders : []),
    ...renderRules(plan),
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * HAProxy would forward any version as HTTP/1.1, and any length that its buffer holds; the limits are 16 KiB for a
 * request line and for one field, 64 KiB for the header section
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html#http-headers-quotas).
 * HAProxy's own responses have no Date (RFC 9110 section 6.6.1).
 */
const headRules = [
  "  http-request return status 505 if { fc_http_major 1 } !{ req.ver 1.0 1.1 }",
  "  http-request return status 414 if { url,length gt 16384 }",
  "  http-request return status 400 if { req.hdrs,length gt 65536 }",
  "  http-request return status 400 if { req.hdrs,length gt 16384 } { req.hdrs -m reg [^\\r\\n]{16385} }",
  "  http-after-response set-header Date %[date,http_date] unless { res.hdr(date) -m found }",
];

/**
 * A connection of that age serves one more request and is closed with its response
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#load-balancer-attributes).
 */
function limitAge(seconds: number): readonly string[] {
  return [
    "  tcp-request session set-var(sess.began) date",
    `  http-after-response set-header Connection close if { date,sub(sess.began) ge ${seconds} }`,
  ];
}

function renderTls({ tls }: FrontendPlan): string {
  if (!tls) return "";
  const { clients } = tls;
  const lists = clients?.listsFile === undefined ? "" : ` crl-file ${clients.listsFile}`;
  const verify = clients ? ` ca-file ${quote(clients.authoritiesFile)}${lists} verify required` : "";
  return ` ssl crt ${quote(tls.bundleFile)}${verify} ${tls.policy}`;
}

/** A certificate belongs to a connection, so its headers are computed once for all its requests. */
const rememberCertificate = [
  "  tcp-request session set-var(sess.serial) ssl_c_serial,hex",
  "  tcp-request session set-var(sess.issuer) ssl_c_i_dn(,0,rfc2253)",
  "  tcp-request session set-var(sess.subject) ssl_c_s_dn(,0,rfc2253)",
  `  tcp-request session set-var(sess.from) ${renderTime("ssl_c_notbefore")}`,
  `  tcp-request session set-var(sess.until) ${renderTime("ssl_c_notafter")}`,
  `  tcp-request session set-var(sess.leaf) ${quote('ssl_c_der,base64,regsub("(.{64})","\\1%0A",g)')}`,
];

/** HAProxy has `YYMMDDhhmmssZ`, the header wants ISO 8601. */
function renderTime(sample: string): string {
  return quote(`${sample},regsub("^(..)(..)(..)(..)(..)(..)Z?$","20\\1-\\2-\\3T\\4:\\5:\\6Z")`);
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html#mtls-http-headers */
const certificateHeaders = [
  "  http-request set-header X-Amzn-Mtls-Clientcert-Serial-Number %[var(sess.serial)]",
  "  http-request set-header X-Amzn-Mtls-Clientcert-Issuer %[var(sess.issuer)]",
  "  http-request set-header X-Amzn-Mtls-Clientcert-Subject %[var(sess.subject)]",
  "  http-request set-header X-Amzn-Mtls-Clientcert-Validity NotBefore=%[var(sess.from)];NotAfter=%[var(sess.until)]",
  "  http-request set-header X-Amzn-Mtls-Clientcert-Leaf -----BEGIN%%20CERTIFICATE-----%%0A%[var(sess.leaf)]%%0A-----END%%20CERTIFICATE-----%%0A",
];

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html (append, its default) */
const forwardedHeaders = [
  "  http-request set-header X-Forwarded-For %[req.fhdr(x-forwarded-for)],\\ %[src] if { req.fhdr(x-forwarded-for) -m found }",
  "  http-request set-header X-Forwarded-For %[src] unless { req.fhdr(x-forwarded-for) -m found }",
  "  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]",
  "  http-request set-header X-Forwarded-Port %[dst_port]",
  "  http-request set-var(txn.trace) uuid(),regsub(-,,g)",
  "  http-request set-var(txn.root) req.fhdr(x-amzn-trace-id)",
  "  http-request set-var-fmt(txn.root) Root=1-%[date,hex,bytes(8,8)]-%[var(txn.trace),bytes(0,24)] unless { var(txn.root) -m found }",
  "  http-request set-header X-Amzn-Trace-Id %[var(txn.root)]",
];

function renderRules(plan: FrontendPlan): readonly string[] {
  const ends = plan.defaultBackend ? [`  default_backend ${plan.defaultBackend}`] : [];
  if (plan.rules.length === 0)
    return [...(plan.defaultDirective ? [`  ${plan.defaultDirective}`] : []), ...ends];
  const chosen = (priority: number) => `{ var(txn.rule) -m int ${priority} }`;
  return [
    ...plan.rules.map(
      (rule) =>
        `  http-request set-var(txn.rule) int(${rule.priority}) if !{ var(txn.rule) -m found } ${rule.condition}`,
    ),
    ...plan.rules.flatMap((rule) =>
      rule.directive ? [`  ${rule.directive} if ${chosen(rule.priority)}`] : [],
    ),
    ...(plan.defaultDirective ? [`  ${plan.defaultDirective} unless { var(txn.rule) -m found }`] : []),
    ...plan.rules.flatMap((rule) =>
      rule.backend ? [`  use_backend ${rule.backend} if ${chosen(rule.priority)}`] : [],
    ),
    ...ends,
  ];
}
