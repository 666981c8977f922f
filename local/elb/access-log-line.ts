import { quote } from "./conditions.ts";

/**
 * Fields of one line as HAProxy writes them, in order; the user agent comes last because it may contain a tab. `%`
 * names are explained in HAProxy's configuration manual, 8.2.4.
 */
const fields = [
  ["begun", "%tr"],
  ["scheme", "%[ssl_fc,iif(https,http)]"],
  ["version", "%HV"],
  ["client", "%ci:%cp"],
  ["target", "%si:%sp"],
  ["backend", "%b"],
  ["queuedMs", "%Tw"],
  ["connectMs", "%Tc"],
  ["targetMs", "%Tr"],
  ["sendMs", "%Td"],
  ["status", "%ST"],
  ["responded", "%[var(txn.responded)]"],
  ["receivedBytes", "%U"],
  ["sentBytes", "%B"],
  ["method", "%HM"],
  ["uri", "%HU"],
  ["host", "%[var(txn.host)]"],
  ["cipher", "%sslc"],
  ["protocol", "%sslv"],
  ["trace", "%[var(txn.root)]"],
  ["name", "%[ssl_fc_sni]"],
  ["rule", "%[var(txn.rule)]"],
  ["agent", "%[var(txn.agent)]"],
] as const;

type Field = (typeof fields)[number][0];

/** Directives that make a frontend log to the file descriptor of its process. */
export const logDirectives: readonly string[] = [
  "  log fd@3 len 8192 format raw local0 info",
  "  http-request set-var(txn.host) req.hdr(host)",
  "  http-request set-var(txn.agent) req.fhdr(user-agent)",
  `  log-format ${quote(fields.map(([, sample]) => sample).join("\t"))}`,
];

/** Fields of the format that are not in a line. */
export interface LogContext {
  /** The load balancer's ARN suffix: `app/name/0123…`. */
  readonly balancer: string;
  readonly targetGroupArns: ReadonlyMap<string, string>;
  readonly certificateArn: string | undefined;
}

/**
 * Converts HAProxy's line into one of an Application Load Balancer's access log; undefined for a line without a
 * request
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-entry-format).
 */
export function renderLogLine(line: string, context: LogContext): string | undefined {
  const values = line.split("\t");
  if (values.length < fields.length) return undefined;
  const agent = values.slice(fields.length - 1).join("\t");
  const value = (field: Field) => values[fields.findIndex(([name]) => name === field)] ?? "-";
  const begunMs = parseTime(value("begun"));
  if (begunMs === undefined) return undefined;
  const ms = (field: Field) => Number(value(field));
  const spent = ["queuedMs", "connectMs", "targetMs", "sendMs"] as const;
  const endedMs = begunMs + spent.reduce((sum, field) => sum + Math.max(0, ms(field)), 0);
  const target = value("target").startsWith("-") ? "-" : value("target");
  const responded = value("responded") === "1";
  const host = value("host");
  const uri = value("uri").startsWith("/") ? `${value("scheme")}://${host}${value("uri")}` : value("uri");
  const rule = value("rule");
  return [
    value("scheme") === "https" && value("version").startsWith("HTTP/2") ? "h2" : value("scheme"),
    renderTime(endedMs),
    context.balancer,
    value("client"),
    target,
    target === "-" ? "-1" : seconds(Math.max(0, ms("queuedMs")) + Math.max(0, ms("connectMs"))),
    responded ? seconds(ms("targetMs")) : "-1",
    responded ? seconds(Math.max(0, ms("sendMs"))) : "-1",
    value("status"),
    responded ? value("status") : "-",
    value("receivedBytes"),
    value("sentBytes"),
    inQuotes(`${value("method")} ${uri} ${value("version")}`),
    inQuotes(agent),
    value("cipher"),
    value("protocol"),
    context.targetGroupArns.get(value("backend")) ?? "-",
    inQuotes(value("trace")),
    inQuotes(value("name")),
    inQuotes(context.certificateArn ?? "-"),
    rule === "-" ? "0" : rule,
    renderTime(begunMs),
    inQuotes(target === "-" ? "fixed-response" : "forward"),
    '"-" "-"',
    inQuotes(target),
    inQuotes(responded ? value("status") : "-"),
    '"-" "-"',
    "-",
  ].join(" ");
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `24/Nov/2026:14:01:39.123`, in the machine's own time zone. */
function parseTime(text: string): number | undefined {
  const match = /^(\d+)\/(\w+)\/(\d+):(\d+):(\d+):(\d+)\.(\d+)$/.exec(text);
  if (!match) return undefined;
  const [, day, month = "", year, hour, minute, second, milli] = match;
  return new Date(
    Number(year),
    months.indexOf(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(milli),
  ).getTime();
}

function renderTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function inQuotes(text: string): string {
  return `"${text.replaceAll("\\", "\\x5C").replaceAll('"', "\\x22")}"`;
}
