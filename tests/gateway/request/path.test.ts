import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { normalizeTarget } from "../../../gateway/exchange/request-target.ts";
import type { Route } from "../../../gateway/routing/route.ts";
import { RouteTable } from "../../../gateway/routing/table.ts";

test("ordinary targets pass unchanged", async () => {
  assert.deepEqual(normalizeTarget("/"), { path: "/", query: "" });
  assert.deepEqual(normalizeTarget("/a/b.c?d=/../e"), { path: "/a/b.c", query: "?d=/../e" });
  assert.deepEqual(normalizeTarget("/a?re=\\d+%2f..%zz&u=\xfc"), {
    path: "/a",
    query: "?re=\\d+%2f..%zz&u=\xfc",
  });
  assert.deepEqual(normalizeTarget("/.well-known/x"), { path: "/.well-known/x", query: "" });
  assert.deepEqual(normalizeTarget("/a/...b"), { path: "/a/...b", query: "" });
});

test("encoded unreserved characters are decoded, others keep one spelling", async () => {
  assert.equal(normalizeTarget("/%61%2Db%7e")?.path, "/a-b~");
  assert.equal(normalizeTarget("/%c3%a4%20%25")?.path, "/%C3%A4%20%25");
});

test("ambiguous targets are refused", async () => {
  for (const target of [
    ...["a", "*", "http://a/b", "//a", "/a//b", "/a/..", "/../a", "/./a", "/a/.", "/a/..;/b", "/a;/../b"],
    ...["/a%2fb", "/a%2Fb", "/a%5cb", "/a\\b", "/%2e%2e/a", "/%2e/a", "/.%2e/a", "/%252e%252e/a", "/a%252fb"],
    ...["/a%00b", "/a%0d%0ab", "/a%", "/a%4", "/a%zz", "/a#b", "/a?b#c", "/a b", "/a?b c", "/ä"],
    // Overlong UTF-8 of a dot and a slash, partial characters, a surrogate, and invalid escapes.
    ...[
      "/%c0%ae%c0%ae/a",
      "/a%c0%afb",
      "/%e0%80%ae/a",
      "/%f0%80%80%af",
      "/%c3",
      "/%ed%a0%80",
      "/%ff",
      "/%u002e",
    ],
    // Double encoding, also of parts.
    ...["/%2561dmin", "/%25%32%65/a", "/%25252e/a", "/a%25%32%66b", "/%252f", "/a%255cb"],
    // Parameters of a dot segment, and combinations.
    ...["/..;a=b/c", "/.;/a", "/..%3b/a", "/%2e%2e;/a", "/a/%2E./b", "/a/.%2e%2fb", "/a%5c..%5cb", "/a/%2e"],
    ...["/a%7fb", "/a%1fb", "/a%09b", "/a\tb", "/a\0b", "\\a", "/a//", "/a/?/../b#c", "", "?a", "#"],
  ])
    assert.equal(normalizeTarget(target), undefined, target);
});

test("normalizing twice is normalizing once", async () => {
  const character = fc.constantFrom(
    ...["a", "/", ".", "%", "2", "5", "e", "E", "f", "F", "\\", ";", "?", "#", "~", "0"],
  );
  fc.assert(
    fc.property(fc.array(character, { maxLength: 14 }), (characters) => {
      const once = normalizeTarget(`/${characters.join("")}`);
      if (once === undefined) return;
      assert.deepEqual(normalizeTarget(once.path + once.query), once);
      const decoded = once.path.replace(/%(..)/g, (_code, hex) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      for (const reading of [once.path, decoded])
        assert.ok(
          !reading
            .split("/")
            .slice(1, -1)
            .some((part) => part === "" || part === "." || part === ".."),
          reading,
        );
    }),
    { numRuns: 5000 },
  );
});

/** The routes that a trick would confuse: fixed paths beside public ones. */
const routes = ["/public/*", "/public/admin", "/public/{id}/edit", "/orders/{id}", "/private/*", "/"].map(
  (path) => ({ name: path, path, methods: ["GET"] }) as unknown as Route,
);
const table = new RouteTable(routes);
const resolve = (path: string) => table.resolve("", "GET", path)?.route?.path;

/**
 * RFC 3986 section 6.2.2: case, escapes of unreserved characters, dot segments (section 5.2.4). Written
 * independently of the code.
 */
function normalizeByStandard(path: string): string {
  const decoded = path.replace(/%([0-9A-Fa-f]{2})/g, (written, hex) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : written.toUpperCase();
  });
  const kept: string[] = [];
  const segments = decoded.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === "..") kept.pop();
    if (segment !== "." && segment !== "..") kept.push(segment);
    else if (last) kept.push("");
  }
  return `/${kept.join("/")}`;
}

const patternOf = (route: string) => new RegExp(`^${route.replace(/\{id\}/, "[^/]+").replace(/\*$/, ".*")}$`);

/** Further interpretations of a path by servers behind a gateway. */
const readings: Readonly<Record<string, (path: string) => string>> = {
  "decodes it": decodeLeniently,
  "decodes it twice": (path) => decodeLeniently(decodeLeniently(path)),
  "takes backslashes for slashes": (path) => decodeLeniently(path).replaceAll("\\", "/"),
  "merges slashes": (path) => decodeLeniently(path).replace(/\/{2,}/g, "/"),
  "resolves dot segments": (path) => normalizeByStandard(decodeLeniently(path)),
  "drops parameters of dot segments": (path) =>
    normalizeByStandard(decodeLeniently(path).replace(/(\/\.{1,2});[^/]*/g, "$1")),
  "ends at a NUL": (path) => decodeLeniently(path).split("\0", 1)[0]!,
};

/** Byte by byte, including overlong forms of `.`, `/` and `\`. */
function decodeLeniently(path: string): string {
  return path
    .replace(/%c0%ae|%e0%80%ae/gi, ".")
    .replace(/%c0%af|%e0%80%af/gi, "/")
    .replace(/%c1%9c/gi, "\\")
    .replace(/%([0-7][0-9a-f])/gi, (_escape, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** A plain or escaped letter; dashes and dots, too. */
const spelled = (word: string) =>
  fc
    .array(fc.constantFrom(0, 0, 0, 0, 1), { minLength: word.length, maxLength: word.length })
    .map((escaped) =>
      Array.from(word, (character, index) =>
        escaped[index] === 1 ? `%${character.charCodeAt(0).toString(16)}` : character,
      ).join(""),
    );
const segment = fc
  .constantFrom("public", "admin", "private", "orders", "edit", "1", "a.b", "~")
  .chain(spelled);
const trick = fc.oneof(
  fc.constantFrom(
    "/",
    "//",
    "\\",
    ".",
    "..",
    "/../",
    "/./",
    ";",
    ";x=1",
    "..;",
    "?",
    "#",
    "%",
    " ",
    "\0",
    "ä",
  ),
  fc.constantFrom(
    "%2e",
    "%2E%2e/",
    "%2f",
    "%5c",
    "%00",
    "%0d%0a",
    "%25",
    "%252e",
    "%252f",
    "%3b",
    "%3f",
    "%23",
  ),
  fc.constantFrom("%c0%ae", "%c0%af", "%e0%80%ae", "%c1%9c", "%c3%a4", "%61", "%2561", "%u002e", "%zz"),
);
/** A path that some route may have, with at most two tricks in it. */
const target = fc
  .tuple(
    fc.array(segment, { maxLength: 4 }),
    fc.array(fc.tuple(fc.nat(30), trick), { maxLength: 2 }),
    fc.constantFrom("", "", "/", "?a=/../b"),
  )
  .map(([segments, tricks, end]) => {
    let text = `/${segments.join("/")}`;
    for (const [at, put] of tricks) text = `${text.slice(0, at + 1)}${put}${text.slice(at + 1)}`;
    return text + end;
  });

test("no target reaches a route that it does not match by RFC 3986, and it is forwarded as that route's path", async () => {
  fc.assert(
    fc.property(target, (text) => {
      const read = normalizeTarget(text);
      const route = read === undefined ? undefined : resolve(read.path);
      if (route === undefined) return;
      const standard = normalizeByStandard(text.split(/[?#]/, 1)[0]!);
      assert.match(standard, patternOf(route));
      assert.equal(read!.path, standard);
      assert.equal(read!.path + read!.query, standard + text.slice(text.split("?", 1)[0]!.length));
    }),
    { numRuns: 20_000 },
  );
});

for (const [name, reread] of Object.entries(readings))
  test(`an upstream that ${name} finds the same route as the gateway`, async () => {
    fc.assert(
      fc.property(target, (text) => {
        const path = normalizeTarget(text)?.path;
        if (path !== undefined) assert.equal(resolve(reread(path)), resolve(path), path);
      }),
      { numRuns: 10_000 },
    );
  });
