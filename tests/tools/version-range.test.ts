import assert from "node:assert/strict";
import { test } from "tap";
import { accepts, compareVersions, renderRange } from "../../tools/version-range.ts";

test("versions are compared number by number", async () => {
  const ordered = ["3.99.0", "3.220", "3.220.1", "3.1000.0", "10.6.0", "10.11.19"];
  assert.deepEqual([...ordered].reverse().sort(compareVersions), ordered);
  assert.equal(compareVersions("7.0", "7.0.0"), 0);
});

test("a range includes its first version and excludes its end", async () => {
  const range = { from: "7.0", below: "8" };
  assert.deepEqual(
    ["6.2.14", "7.0.0", "7.4.2", "8.0.0"].map((version) => accepts(range, version)),
    [false, true, true, false],
  );
  assert.equal(accepts({ from: "2.6" }, "3.0.11"), true);
});

test("a range reads as a sentence", async () => {
  assert.equal(renderRange({ from: "24" }), "24 or newer");
  assert.equal(renderRange({ from: "3.220", below: "4" }), "3.220 or newer, below 4");
});
