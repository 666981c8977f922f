import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { PatternError, parsePattern } from "../../../gateway/routing/pattern.ts";
import type { Route } from "../../../gateway/routing/route.ts";
import { RouteConflictError, RouteTable } from "../../../gateway/routing/table.ts";

function describeRoute(
  path: string,
  options: { name?: string; methods?: string[]; host?: string } = {},
): Route {
  return {
    name: options.name ?? path,
    ...(options.host === undefined ? {} : { host: options.host }),
    methods: options.methods ?? ["GET"],
    path,
    upstream: { name: "any", connectLimitMs: 1000, targets: [] },
    scopes: [],
    public: false,
    firstByteLimitMs: 1000,
    idleLimitMs: 1000,
    wholeLimitMs: 0,
    bodyLimitBytes: 1000,
    retries: 0,
  };
}

const nameOf = (table: RouteTable, path: string, method = "GET", host = "any") =>
  table.resolve(host, method, path)?.route?.name;

test("the most specific path wins", async () => {
  const table = new RouteTable(
    ["/a/*", "/a/{id}", "/a/b", "/a/{id}/c", "/*"].map((path) => describeRoute(path)),
  );
  assert.equal(nameOf(table, "/a/b"), "/a/b");
  assert.equal(nameOf(table, "/a/x"), "/a/{id}");
  assert.equal(nameOf(table, "/a/x/c"), "/a/{id}/c");
  assert.equal(nameOf(table, "/a/b/c"), "/a/{id}/c");
  assert.equal(nameOf(table, "/a/x/d"), "/a/*");
  assert.equal(nameOf(table, "/a/"), "/a/*");
  assert.equal(nameOf(table, "/z"), "/*");
});

test("a less specific route serves methods that the specific one lacks", async () => {
  const table = new RouteTable([
    describeRoute("/a/b"),
    describeRoute("/a/*", { name: "write", methods: ["POST"] }),
  ]);
  assert.equal(nameOf(table, "/a/b", "POST"), "write");
  assert.deepEqual(table.resolve("any", "DELETE", "/a/b"), { allow: ["GET", "HEAD", "POST"] });
});

test("HEAD uses GET's route unless it has a separate one", async () => {
  const head = describeRoute("/a", { name: "head", methods: ["HEAD"] });
  assert.equal(nameOf(new RouteTable([describeRoute("/a")]), "/a", "HEAD"), "/a");
  assert.equal(nameOf(new RouteTable([describeRoute("/a"), head]), "/a", "HEAD"), "head");
  assert.equal(nameOf(new RouteTable([head, describeRoute("/a")]), "/a", "HEAD"), "head");
});

test("a route of the host takes precedence over one of every host", async () => {
  const table = new RouteTable([
    describeRoute("/a", { name: "own", host: "one.test" }),
    describeRoute("/{any}", { name: "every" }),
  ]);
  assert.equal(nameOf(table, "/a", "GET", "one.test"), "own");
  assert.equal(nameOf(table, "/a", "GET", "two.test"), "every");
  assert.equal(nameOf(table, "/b", "GET", "one.test"), "every");
});

test("routes that match the same requests are refused", async () => {
  assert.throws(
    () => new RouteTable([describeRoute("/a/{x}", { name: "1" }), describeRoute("/a/{y}", { name: "2" })]),
    RouteConflictError,
  );
});

test("invalid patterns are refused", async () => {
  for (const pattern of ["", "a", "/*/a", "/a//b", "/../a", "/a b", "/{}", "/{a", "/a?b", "/%2f"])
    assert.throws(() => parsePattern(pattern), PatternError, pattern);
});

const segment = fc.stringMatching(/^[a-c]{1,2}$/);
const patternSegment = fc.oneof(segment, fc.constantFrom("{p}", "{q}"));
const pattern = fc
  .tuple(fc.array(patternSegment, { maxLength: 3 }), fc.boolean())
  .map(([segments, rest]) => `/${[...segments, ...(rest || segments.length === 0 ? ["*"] : [])].join("/")}`);

/** The rule in its simplest form: compare with every route, segment by segment. */
function matchesPlainly(route: string, path: string): boolean {
  const wanted = route.slice(1).split("/");
  const given = path.slice(1).split("/");
  const rest = wanted.at(-1) === "*";
  const fixed = rest ? wanted.slice(0, -1) : wanted;
  if (rest ? given.length <= fixed.length : given.length !== fixed.length) return false;
  return fixed.every((text, index) => (text.startsWith("{") ? given[index] !== "" : text === given[index]));
}

test("a table finds a route exactly when some pattern matches, and only one that does", async () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(pattern, { maxLength: 8 }),
      fc.array(segment, { minLength: 1, maxLength: 4 }),
      (patterns, segments) => {
        const shapes = new Map(patterns.map((text) => [text.replace(/\{.\}/g, "{}"), text]));
        const table = new RouteTable([...shapes.values()].map((path) => describeRoute(path)));
        const path = `/${segments.join("/")}`;
        const expected = [...shapes.values()].filter((text) => matchesPlainly(text, path));
        const found = nameOf(table, path);
        if (expected.length === 0) assert.equal(found, undefined);
        else assert.ok(found !== undefined && expected.includes(found), `${path} of ${expected}: ${found}`);
      },
    ),
    { numRuns: 500 },
  );
});
