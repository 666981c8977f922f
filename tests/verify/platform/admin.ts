import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { awayMs, type PlatformState } from "./state.ts";

/** The stand-in's admin site: entries, versions, and how many gateways have acknowledged one. */
export function answerAdmin(
  state: PlatformState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const entry = url.pathname.replace(/^\/api\//, "");
  void text(request).then((body) => {
    const [status, answer] =
      request.method === "GET"
        ? read(state, entry)
        : change(state, entry, { basedOn: Number(url.searchParams.get("basedOn")), body });
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
}

type Answer = readonly [status: number, body: object];

function read({ entries, version }: PlatformState, entry: string): Answer {
  if (entry === "configuration") return [200, { version }];
  const found = entries.get(entry);
  return found === undefined ? [404, { status: 404 }] : [200, { version, entry: found }];
}

/** An empty body removes. */
function change(
  state: PlatformState,
  entry: string,
  { basedOn, body }: { readonly basedOn: number; readonly body: string },
): Answer {
  const { breaks, entries } = state;
  if (basedOn !== state.version && !breaks.has("takes stale edits")) return [409, { status: 409 }];
  if (body === "" && !entries.has(entry)) return [404, { status: 404 }];
  if (body !== "") entries.set(entry, JSON.parse(body) as object);
  else if (!breaks.has("serves removed routes")) entries.delete(entry);
  state.version += 1;
  if (breaks.has("fails requests with a change")) state.changingUntil = Date.now() + awayMs;
  const { length: of } = state.tasks;
  const acknowledged = breaks.has("leaves a gateway behind") ? of - 1 : of;
  return [200, { version: state.version, propagation: { acknowledged, of, afterMs: 1, missing: [] } }];
}
