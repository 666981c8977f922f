import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { normalizeTarget } from "../../gateway/request/path.ts";

test("ordinary targets pass unchanged", () => {
  assert.deepEqual(normalizeTarget("/"), { path: "/", query: "" });
  assert.deepEqual(normalizeTarget("/a/b.c?d=/../e"), { path: "/a/b.c", query: "?d=/../e" });
  assert.deepEqual(normalizeTarget("/.well-known/x"), { path: "/.well-known/x", query: "" });
  assert.deepEqual(normalizeTarget("/a/...b"), { path: "/a/...b", query: "" });
});

test("encoded unreserved characters are decoded, others keep one spelling", () => {
  assert.equal(normalizeTarget("/%61%2Db%7e")?.path, "/a-b~");
  assert.equal(normalizeTarget("/%c3%a4%20%25")?.path, "/%C3%A4%20%25");
});

test("targets with more than one reading are refused", () => {
  for (const target of [
    ...["a", "*", "http://a/b", "//a", "/a//b", "/a/..", "/../a", "/./a", "/a/.", "/a/..;/b", "/a;/../b"],
    ...["/a%2fb", "/a%2Fb", "/a%5cb", "/a\\b", "/%2e%2e/a", "/%2e/a", "/.%2e/a", "/%252e%252e/a", "/a%252fb"],
    ...["/a%00b", "/a%0d%0ab", "/a%", "/a%4", "/a%zz", "/a#b", "/a?b#c", "/a b", "/a?b\\c", "/ä"],
  ])
    assert.equal(normalizeTarget(target), undefined, target);
});

test("normalizing twice is normalizing once", () => {
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
