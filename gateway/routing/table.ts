import { OperatorError } from "../errors.ts";
import { readHostName } from "./host-name.ts";
import { type PatternSegment, parsePattern } from "./pattern.ts";
import type { Route } from "./route.ts";

/** Two routes that match the same requests. */
export class RouteConflictError extends OperatorError {
  constructor(first: string, second: string) {
    super("DMM_GATEWAY_ROUTES_CONFLICT", `Routes ${first} and ${second} match the same method and path.`);
  }
}

interface Node<R> {
  readonly fixed: Map<string, Node<R>>;
  parameter: Node<R> | undefined;
  /** By method, for paths that end here. */
  readonly here: Map<string, R>;
  /** By method, for paths that continue below. */
  readonly rest: Map<string, R>;
}

/** The result of a lookup: a route; the allowed methods of the path; or nothing. */
export type Resolution<R> =
  | { readonly route: R; readonly allow?: undefined }
  | { readonly route?: undefined; readonly allow: readonly string[] }
  | undefined;

/**
 * An immutable route table. Of all routes with the method, the most specific path wins: literal text before a
 * parameter before the rest, from left to right; a route of the host before one of every host.
 */
export class RouteTable<R extends Route = Route> {
  readonly #everyHost = new HostTable<R>();
  readonly #byHost = new Map<string, HostTable<R>>();

  /** @throws PatternError, RouteConflictError: a table is accepted completely or not at all */
  constructor(routes: readonly R[]) {
    for (const route of routes) {
      let table = this.#everyHost;
      if (route.host !== undefined) {
        const host = readHostName(route.host);
        table = this.#byHost.get(host) ?? new HostTable<R>();
        this.#byHost.set(host, table);
      }
      table.add(route);
    }
  }

  /** `host` in lower case without port; `path` normalized and without query. */
  resolve(host: string, method: string, path: string): Resolution<R> {
    if (this.#byHost.size === 0) return this.#everyHost.resolve(method, path);
    const own = this.#byHost.get(host)?.resolve(method, path);
    if (own?.route !== undefined) return own;
    const every = this.#everyHost.resolve(method, path);
    if (every?.route !== undefined) return every;
    const allow = new Set([...(own?.allow ?? []), ...(every?.allow ?? [])]);
    return allow.size === 0 ? undefined : { allow: [...allow].sort() };
  }
}

class HostTable<R extends Route> {
  readonly #root: Node<R> = createNode();
  /** Method, then whole path, for patterns without parameters: most requests match here. */
  readonly #fixed = new Map<string, Map<string, { readonly route: R }>>();

  add(route: R): void {
    const segments = parsePattern(route.path);
    for (const method of withHead(route)) {
      const place = this.#descend(segments);
      const last = segments.at(-1);
      const methods = last?.kind === "rest" ? place.rest : place.here;
      const taken = methods.get(method);
      if (taken !== undefined && method === "HEAD" && !route.methods.includes("HEAD")) continue;
      if (taken !== undefined && !(method === "HEAD" && !taken.methods.includes("HEAD")))
        throw new RouteConflictError(taken.name, route.name);
      methods.set(method, route);
      if (segments.every(({ kind }) => kind === "fixed")) {
        const paths = this.#fixed.get(method) ?? new Map<string, { readonly route: R }>();
        this.#fixed.set(method, paths.set(route.path, { route }));
      }
    }
  }

  resolve(method: string, path: string): Resolution<R> {
    const fixed = this.#fixed.get(method)?.get(path);
    if (fixed !== undefined) return fixed;
    const allow = new Set<string>();
    const route = search(this.#root, path.slice(1).split("/"), 0, { method, allow });
    if (route !== undefined) return { route };
    return allow.size === 0 ? undefined : { allow: [...allow].sort() };
  }

  #descend(segments: readonly PatternSegment[]): Node<R> {
    let node = this.#root;
    for (const segment of segments) {
      if (segment.kind === "rest") return node;
      if (segment.kind === "parameter") {
        node.parameter ??= createNode();
        node = node.parameter;
        continue;
      }
      let next = node.fixed.get(segment.text);
      if (next === undefined) {
        next = createNode();
        node.fixed.set(segment.text, next);
      }
      node = next;
    }
    return node;
  }
}

function createNode<R>(): Node<R> {
  return { fixed: new Map(), parameter: undefined, here: new Map(), rest: new Map() };
}

/** RFC 9110 section 9.1: a route with GET supports HEAD. */
function withHead(route: Route): readonly string[] {
  return route.methods.includes("GET") && !route.methods.includes("HEAD")
    ? [...route.methods, "HEAD"]
    : route.methods;
}

interface Wanted {
  readonly method: string;
  /** Collects the methods of matching paths without the requested one. */
  readonly allow: Set<string>;
}

function search<R>(node: Node<R>, segments: readonly string[], at: number, wanted: Wanted): R | undefined {
  if (at === segments.length) {
    return pick(node.here, wanted) ?? undefined;
  }
  const segment = segments[at]!;
  const fixed = node.fixed.get(segment);
  const found = fixed === undefined ? undefined : search(fixed, segments, at + 1, wanted);
  if (found !== undefined) return found;
  // A parameter matches one non-empty segment.
  if (node.parameter !== undefined && segment !== "") {
    const below = search(node.parameter, segments, at + 1, wanted);
    if (below !== undefined) return below;
  }
  return pick(node.rest, wanted);
}

function pick<R>(methods: ReadonlyMap<string, R>, wanted: Wanted): R | undefined {
  const route = methods.get(wanted.method);
  if (route === undefined) for (const method of methods.keys()) wanted.allow.add(method);
  return route;
}
