import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { serveUsers } from "./login.ts";
import { awayMs, type PlatformState } from "./state.ts";

/** The stand-in's admin site: entries, versions, and how many gateways have acknowledged one. */
export function serveAdmin(
  state: PlatformState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const entry = url.pathname.replace(/^\/api\//, "");
  void text(request).then((body) => {
    const [status, content] =
      entry === "users" || entry.startsWith("users/")
        ? serveUsers(state, request.method, body)
        : request.method === "GET"
          ? read(state, entry)
          : change(state, entry, { basedOn: Number(url.searchParams.get("basedOn")), body });
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
  });
}

type PlannedResponse = readonly [status: number, body: object];

function read(state: PlatformState, entry: string): PlannedResponse {
  const { entries, version } = state;
  if (entry === "configuration") return [200, { version, routes: listRoutes(state) }];
  if (entry === "versions") return [200, { versions: listVersions(state) }];
  const found = entries.get(entry);
  return found === undefined ? [404, { status: 404 }] : [200, { version, entry: found }];
}

/** Newest first. */
function listVersions({ versions }: PlatformState): readonly object[] {
  return versions
    .map(({ version, added }) => ({
      version,
      differences: added === "" ? [] : [{ name: added.replace("routes/", ""), change: "added" }],
    }))
    .reverse();
}

function listRoutes({ entries }: PlatformState): readonly object[] {
  return [...entries]
    .filter(([entry]) => entry.startsWith("routes/"))
    .map(([entry, value]) => ({ name: entry.replace("routes/", ""), ...value }));
}

interface Edit {
  readonly entry: string;
  readonly basedOn: number;
  /** An empty body removes. */
  readonly body: string;
}

function change(state: PlatformState, entry: string, sent: Omit<Edit, "entry">): PlannedResponse {
  const { breaks, entries } = state;
  const edit = { entry, ...sent };
  const outage = findOutage(state);
  if (outage !== undefined) {
    if (breaks.has("stores changes that it refuses")) store(state, edit);
    return [outage, { status: outage }];
  }
  const last = state.versions.at(-1);
  const isRetry = last?.basedOn === edit.basedOn && last.added === entry && last.body === edit.body;
  if (isRetry && !breaks.has("makes a repeated change twice")) return tell(state, last.version);
  if (edit.basedOn !== state.version && !isRetry && !breaks.has("takes stale edits"))
    return [409, { status: 409 }];
  if (edit.body === "" && !entries.has(entry)) return [404, { status: 404 }];
  store(state, edit);
  if (breaks.has("fails requests with a change")) state.changingUntil = Date.now() + awayMs;
  return tell(state, state.version);
}

function findOutage({ breaks, writerAwayUntil, failedOver }: PlatformState): number | undefined {
  if (failedOver && breaks.has("takes no change from the next writer")) return 503;
  if (Date.now() >= writerAwayUntil) return undefined;
  return breaks.has("fails changes with the writer") ? 500 : 503;
}

function store(state: PlatformState, { entry, basedOn, body }: Edit): void {
  const { breaks, entries } = state;
  if (entry === "configuration") {
    const kept = new Set((JSON.parse(body) as { routes: { name: string }[] }).routes.map(({ name }) => name));
    for (const name of entries.keys())
      if (name.startsWith("routes/") && !kept.has(name.replace("routes/", ""))) entries.delete(name);
  } else if (body === "") {
    if (!breaks.has("serves removed routes")) entries.delete(entry);
  } else if (!(state.failedOver && breaks.has("serves no change of the next writer")))
    entries.set(entry, JSON.parse(body) as object);
  state.version += 1;
  const added = body === "" || entry === "configuration" ? "" : entry;
  state.versions.push({ version: state.version, basedOn, added, body });
}

function tell(state: PlatformState, version: number): PlannedResponse {
  const { length: of } = state.tasks;
  const acknowledged = state.breaks.has("leaves a gateway behind") ? of - 1 : of;
  return [200, { version, propagation: { acknowledged, of, afterMs: 1, missing: [] } }];
}
