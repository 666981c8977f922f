import type { UpstreamChoices, Upstreams } from "../upstreams/upstreams.ts";
import { readFixedPrefix } from "./pattern.ts";
import type { Client, Route, StoredConfiguration } from "./route.ts";
import { RouteTable } from "./table.ts";

/** A route prepared for its requests. */
export interface ServedRoute extends Route {
  readonly choices: UpstreamChoices;
  /** Length of the prefix that `rewritePrefix` replaces. */
  readonly prefixLength: number;
}

/**
 * One version of the configuration, ready to serve; replaced as a whole, so a running request keeps the one it
 * began with.
 */
export interface ServedConfiguration {
  readonly version: number;
  readonly table: RouteTable<ServedRoute>;
  readonly clients: ReadonlyMap<string, Client>;
  /** All scopes of routes and clients, separated by spaces. */
  readonly scope: string;
  readonly choices: readonly UpstreamChoices[];
}

export const emptyConfiguration: ServedConfiguration = {
  version: 0,
  table: new RouteTable<ServedRoute>([]),
  clients: new Map(),
  scope: "",
  choices: [],
};

/** @throws PatternError, RouteConflictError: then the previous version stays */
export function compileConfiguration(stored: StoredConfiguration, upstreams: Upstreams): ServedConfiguration {
  const choices = new Map<string, UpstreamChoices>();
  const routes = stored.routes.map((route) => {
    const { name } = route.upstream;
    const resolved = choices.get(name) ?? upstreams.resolve(route.upstream);
    choices.set(name, resolved);
    const prefixLength = route.rewritePrefix === undefined ? 0 : readFixedPrefix(route.path).length;
    return { ...route, choices: resolved, prefixLength };
  });
  const scopes = new Set([
    ...stored.routes.flatMap((route) => route.scopes),
    ...stored.clients.flatMap((client) => client.scopes),
  ]);
  return {
    version: stored.version,
    table: new RouteTable(routes),
    clients: new Map(stored.clients.map((client) => [client.id, client])),
    scope: [...scopes].sort().join(" "),
    choices: [...choices.values()],
  };
}
