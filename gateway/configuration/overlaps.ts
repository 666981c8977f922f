import { type PatternSegment, parsePattern } from "../routing/pattern.ts";
import type { RouteEntry } from "./document.ts";

/** Two routes that match a common request; the more specific one gets it. */
export interface Overlap {
  readonly route: string;
  readonly other: string;
  /** The route that serves such a request. */
  readonly winner: string;
}

/**
 * Routes that overlap with `route`. An overlap is valid: `/orders/{id}` beside `/orders/latest` is common. The
 * editor of one should see the other.
 */
export function findOverlaps(route: RouteEntry, routes: readonly RouteEntry[]): readonly Overlap[] {
  const segments = parsePattern(route.path);
  return routes.flatMap((other) => {
    if (other.name === route.name) return [];
    if (!other.methods.some((method) => route.methods.includes(method))) return [];
    if (other.host !== null && route.host !== null && other.host !== route.host) return [];
    const others = parsePattern(other.path);
    if (!canMeet(segments, others)) return [];
    const winner = wins(route, segments, other, others) ? route.name : other.name;
    return [{ route: route.name, other: other.name, winner }];
  });
}

function canMeet(left: readonly PatternSegment[], right: readonly PatternSegment[]): boolean {
  for (let index = 0; ; index++) {
    const one = left[index];
    const two = right[index];
    // `*` matches the rest, and needs at least the slash before it.
    if (one?.kind === "rest") return two !== undefined;
    if (two?.kind === "rest") return one !== undefined;
    if (one === undefined || two === undefined) return one === two;
    if (one.kind === "fixed" && two.kind === "fixed" && one.text !== two.text) return false;
    // A parameter matches a non-empty segment.
    if (one.kind === "parameter" && two.kind === "fixed" && two.text === "") return false;
    if (two.kind === "parameter" && one.kind === "fixed" && one.text === "") return false;
  }
}

const ranks: Readonly<Record<PatternSegment["kind"], number>> = { fixed: 0, parameter: 1, rest: 2 };

function wins(
  one: RouteEntry,
  left: readonly PatternSegment[],
  two: RouteEntry,
  right: readonly PatternSegment[],
): boolean {
  if (one.host !== two.host) return one.host !== null;
  for (const [index, segment] of left.entries()) {
    const other = right[index];
    if (other === undefined) return false;
    if (ranks[segment.kind] !== ranks[other.kind]) return ranks[segment.kind] < ranks[other.kind];
  }
  return true;
}
