import assert from "node:assert/strict";
import { test } from "tap";
import { perRegion } from "../../local/per-region.ts";
import type { Region } from "../../local/region.ts";

test("what is kept per region is created once for each region and shared by none", async () => {
  const created: string[] = [];
  const lists = perRegion((region): string[] => {
    created.push(region.name);
    return [];
  });
  const [one, other] = [{ name: "one" } as Region, { name: "other" } as Region];
  lists(one).push("kept");
  assert.deepEqual(lists(one), ["kept"]);
  assert.deepEqual(lists(other), []);
  assert.deepEqual(created, ["one", "other"]);
});
