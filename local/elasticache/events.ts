import { AwsError, type Operation } from "../operation.ts";
import { perRegion } from "../per-region.ts";
import type { Region } from "../region.ts";

type SourceType = "replication-group" | "cache-cluster";

interface CacheEvent {
  readonly SourceType: SourceType;
  readonly SourceIdentifier: string;
  readonly Message: string;
  readonly Date: string;
}

/** As on ElastiCache: the default period is an hour, and nothing is older than 14 days. */
const usualMinutes = 60;
const mostKept = 1000;

const sourceTypes: ReadonlySet<string> = new Set([
  "cache-cluster",
  "cache-parameter-group",
  "cache-security-group",
  "cache-subnet-group",
  "replication-group",
  "serverless-cache",
  "serverless-cache-snapshot",
  "user",
  "user-group",
]);

const kept = perRegion((): CacheEvent[] => []);

/** Records an event of a group or node in memory. */
export function recordEvent(region: Region, source: readonly [SourceType, string], message: string): void {
  const events = kept(region);
  const [SourceType, SourceIdentifier] = source;
  events.push({ SourceType, SourceIdentifier, Message: message, Date: new Date().toISOString() });
  if (events.length > mostKept) events.shift();
}

/** https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeEvents.html, newest first. */
export const DescribeEvents: Operation = async (region, { input }) => {
  const text = (name: string) => (input[name] === undefined ? undefined : String(input[name]));
  const [type, identifier] = [text("SourceType"), text("SourceIdentifier")];
  if (identifier !== undefined && type === undefined)
    throw new AwsError("InvalidParameterCombination", "SourceIdentifier needs SourceType.");
  if (type !== undefined && !sourceTypes.has(type))
    throw new AwsError("InvalidParameterValue", `SourceType is ${type}.`);
  const { from, to } = readSpan(text);
  const events = kept(region).filter(
    (event) =>
      (type === undefined || event.SourceType === type) &&
      (identifier === undefined || event.SourceIdentifier === identifier) &&
      event.Date >= from &&
      event.Date <= to,
  );
  const most = readNumber(text("MaxRecords"), { name: "MaxRecords", fallback: 100, from: 20, to: 100 });
  const start = readNumber(text("Marker"), { name: "Marker", fallback: 0, from: 0, to: mostKept });
  const page = events.reverse().slice(start, start + most);
  const more = start + page.length < events.length ? { Marker: String(start + page.length) } : {};
  return { Events: { Event: page }, ...more };
};

function readSpan(text: (name: string) => string | undefined): {
  readonly from: string;
  readonly to: string;
} {
  const minutes = readNumber(text("Duration"), {
    name: "Duration",
    fallback: usualMinutes,
    from: 1,
    to: 20_160,
  });
  const end = readTime("EndTime", text("EndTime") ?? new Date().toISOString());
  const start = text("StartTime");
  const from =
    start === undefined ? new Date(end.getTime() - minutes * 60_000) : readTime("StartTime", start);
  return { from: from.toISOString(), to: end.toISOString() };
}

function readTime(name: string, text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new AwsError("InvalidParameterValue", `${name} is ${text}.`);
  return time;
}

function readNumber(
  text: string | undefined,
  bounds: { readonly name: string; readonly fallback: number; readonly from: number; readonly to: number },
): number {
  const value = text === undefined ? bounds.fallback : Number(text);
  if (Number.isInteger(value) && value >= bounds.from && value <= bounds.to) return value;
  throw new AwsError(
    "InvalidParameterValue",
    `${bounds.name} is ${text}; it must be ${bounds.from} to ${bounds.to}.`,
  );
}
