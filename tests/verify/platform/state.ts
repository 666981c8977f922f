import { randomBytes } from "node:crypto";
import type { Breaks } from "./breaks.ts";

/** How long a lost component of the stand-in is unavailable. */
export const awayMs = 250;

export interface Token {
  readonly scopes: readonly string[];
  readonly shard: number;
}

/** The current state of the stand-in platform, shared by its HTTP side and its AWS side. */
export interface PlatformState {
  readonly breaks: Breaks;
  readonly domain: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokens: Map<string, Token>;
  readonly unknownTokens: Map<string, number>;
  /** Revoked at every gateway except one. */
  readonly halfRevoked: Set<string>;
  /** Ids of used client assertions. */
  readonly assertions: Set<string>;
  /** Passwords of users by name, and unredeemed codes. */
  readonly users: Map<string, string>;
  readonly codes: Set<string>;
  /** Requests that were refused with `Retry-After`, by method and path. */
  readonly deferred: Set<string>;
  readonly revokedSerials: Set<string>;
  /** Requests so far: distributed over three gateways. */
  requests: number;
  /** The configuration: routes and clients by kind and name. */
  readonly entries: Map<string, object>;
  version: number;
  /** Additions of each version, by the change that created it; oldest first. */
  versions: {
    readonly version: number;
    readonly basedOn: number;
    readonly added: string;
    readonly body: string;
  }[];
  /** Until when requests fail because the configuration changed, if they do. */
  changingUntil: number;
  readonly logLines: string[];
  isLogDelivered: boolean;
  tasks: string[];
  /** FIS: template id to the task that it kills. */
  readonly experiments: Map<string, string>;
  /** Until when requests fail because a gateway died, if they do. */
  gatewayLostUntil: number;
  readonly cacheEvents: string[];
  cacheAwayUntil: number;
  writer: string;
  writerAwayUntil: number;
  failedOver: boolean;
}

export const desiredTasks = 3;
export const shardCount = 3;
export const databaseInstances = ["db-1", "db-2", "db-3", "db-4"];

export function createState(breaks: Breaks): PlatformState {
  return {
    breaks,
    domain: "standin.api.example.com",
    clientId: "verifier",
    clientSecret: randomBytes(24).toString("base64url"),
    tokens: new Map(),
    unknownTokens: new Map(),
    halfRevoked: new Set(),
    assertions: new Set(),
    deferred: new Set(),
    users: new Map(),
    codes: new Set(),
    revokedSerials: new Set(),
    requests: 0,
    entries: new Map(),
    version: 1,
    versions: [],
    changingUntil: 0,
    logLines: [],
    isLogDelivered: false,
    tasks: Array.from({ length: desiredTasks }, createTask),
    experiments: new Map(),
    gatewayLostUntil: 0,
    cacheEvents: [],
    cacheAwayUntil: 0,
    writer: "db-1",
    writerAwayUntil: 0,
    failedOver: false,
  };
}

function createTask(): string {
  return `arn:aws:ecs:eu-west-1:000000000000:task/standin/${randomBytes(8).toString("hex")}`;
}

export function stopTask(state: PlatformState, arn: string): void {
  if (state.breaks.has("does not stop") || state.breaks.has("refuses experiments")) return;
  state.tasks = state.tasks.filter((task) => task !== arn);
  if (state.breaks.has("loses requests with a gateway")) state.gatewayLostUntil = Date.now() + awayMs;
  if (state.breaks.has("never replaces a gateway")) return;
  setTimeout(() => state.tasks.push(createTask()), awayMs).unref();
}

export function failOverCache(state: PlatformState): void {
  const { breaks } = state;
  if (breaks.has("does not fail over")) return;
  state.cacheAwayUntil = Date.now() + (breaks.has("never promotes a replica") ? 60_000 : awayMs);
  state.cacheEvents.push(
    "Failover from primary node cache-0001-001 to replica node cache-0001-002 completed",
  );
  if (!breaks.has("forgets tokens in a failover")) return;
  // Only after the outage: until then it is unknown.
  setTimeout(() => {
    const [first] = [...state.tokens].filter(([, token]) => token.shard === 0).map(([name]) => name);
    if (first !== undefined) state.tokens.delete(first);
  }, awayMs).unref();
}

export function failOverDatabase(state: PlatformState): void {
  const { breaks } = state;
  if (breaks.has("keeps the writer")) return;
  state.writer = databaseInstances.find((instance) => instance !== state.writer) ?? state.writer;
  state.failedOver = true;
  if (breaks.has("loses changes with the writer")) state.versions.pop();
  state.writerAwayUntil = Date.now() + (breaks.has("never brings the old writer back") ? 60_000 : awayMs);
}

/** The shard of a token that was never issued: in turn, so that any three of them reach every shard. */
export function shardOfUnknown(state: PlatformState, token: string): number {
  const shard = state.unknownTokens.get(token) ?? state.unknownTokens.size % shardCount;
  state.unknownTokens.set(token, shard);
  return shard;
}
