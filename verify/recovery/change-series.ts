import { setTimeout as delay } from "node:timers/promises";
import type { CheckContext } from "../check.ts";
import { askAdmin, parseObject, readVersion } from "../client/admin.ts";
import { planRoute } from "../client/fleet.ts";
import type { HttpClient } from "../client/http.ts";

/** One change, and the admin site's response. */
export interface SentChange {
  /** Of the route that it adds. */
  readonly name: string;
  readonly basedOn: number;
  /** Undefined without a response. */
  readonly status: number | undefined;
  /** The version that it created, if reported as stored. */
  readonly version: number | undefined;
  readonly at: number;
}

/** The admin site may wait for a new writer before it reports the result of a change. */
const responseLimitMs = 55_000;
/**
 * Pause between two changes: short enough that some coincide with the fault, long enough for a readable history.
 */
const pauseMs = { local: 40, aws: 500 } as const;

/** Adds one route after another until it is stopped. */
export interface ChangeSeries {
  readonly sent: readonly SentChange[];
  stop(): Promise<void>;
}

export function startChanges(context: CheckContext): ChangeSeries {
  const client = context.ingress.open({ site: "admin" });
  const prefix = context.uniqueName("change");
  const sent: SentChange[] = [];
  let stopped = false;
  const run = async (): Promise<void> => {
    let basedOn: number | undefined;
    while (!stopped && !context.signal.aborted) {
      // Without a writer the version cannot be read.
      basedOn ??= await readVersion(context).catch(() => undefined);
      if (basedOn !== undefined) {
        const change = await sendChange(client, `${prefix}-${sent.length}`, basedOn);
        sent.push(change);
        basedOn = change.version;
      }
      await delay(pauseMs[context.target.kind]);
    }
  };
  const running = run();
  const stop = async (): Promise<void> => {
    stopped = true;
    await running;
    client.close();
  };
  context.defer(() => removeRoutes(context, prefix));
  context.defer(stop);
  return { sent, stop };
}

/** Sends an identical change again. */
export async function sendAgain(context: CheckContext, { name, basedOn }: SentChange): Promise<SentChange> {
  const client = context.ingress.open({ site: "admin" });
  try {
    return await sendChange(client, name, basedOn);
  } finally {
    client.close();
  }
}

/** How often a route was added, by the history of versions after `since`. */
export async function countAdditions(
  context: CheckContext,
  since: number,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (let before: number | undefined; ; ) {
    const page = before === undefined ? "" : `&before=${before}`;
    const { body } = await askAdmin(context, { path: `/api/versions?limit=100${page}` });
    const versions = parseVersions(body);
    for (const { version, added } of versions)
      if (version > since) for (const name of added) counts.set(name, (counts.get(name) ?? 0) + 1);
    before = versions.at(-1)?.version;
    if (before === undefined || before <= since || versions.length < 100) return counts;
  }
}

async function sendChange(client: HttpClient, name: string, basedOn: number): Promise<SentChange> {
  const response = await client.attempt({
    method: "PUT",
    path: `/api/routes/${name}?basedOn=${basedOn}&summary=verification`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(planRoute(`/verify/${name}`)),
    timeoutMs: responseLimitMs,
  });
  const status = response.outcome === "responded" ? response.status : undefined;
  const { version } =
    response.outcome === "responded" && response.status < 300 ? parseObject(response.body) : {};
  return {
    name,
    basedOn,
    status,
    version: typeof version === "number" ? version : undefined,
    at: Date.now(),
  };
}

interface Added {
  readonly version: number;
  readonly added: readonly string[];
}

function parseVersions(body: string): readonly Added[] {
  const { versions } = parseObject(body);
  if (!Array.isArray(versions)) return [];
  return versions.map((entry: { version?: unknown; differences?: unknown }) => {
    const differences = Array.isArray(entry.differences)
      ? (entry.differences as Record<string, unknown>[])
      : [];
    return {
      version: Number(entry.version),
      added: differences.filter(({ change }) => change === "added").map(({ name }) => String(name)),
    };
  });
}

/** All of them by one change, whatever was reported of each. */
async function removeRoutes(context: CheckContext, prefix: string): Promise<void> {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const current = await askAdmin(context, { path: "/api/configuration" });
    const { version, ...document } = parseObject(current.body) as {
      version: number;
      routes: { name: string }[];
    };
    const routes = document.routes.filter(({ name }) => !name.startsWith(`${prefix}-`));
    if (routes.length === document.routes.length) return;
    const response = await askAdmin(context, {
      method: "PUT",
      path: `/api/configuration?basedOn=${version}&summary=verification`,
      body: JSON.stringify({ ...document, routes }),
    });
    if (response.status < 300) return;
  }
}
