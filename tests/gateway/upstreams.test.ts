import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { RetryBudget } from "../../gateway/upstreams/retry-budget.ts";
import { Upstreams } from "../../gateway/upstreams/upstreams.ts";

const upstreams = new Upstreams();
after(() => upstreams.close());

function open(name: string, weights: readonly number[]) {
  const targets = weights.map((weight, index) => ({ origin: `http://127.209.1.${index + 1}:9`, weight }));
  return upstreams.resolve({ name, connectLimitMs: 1000, targets });
}

test("origins are chosen by weight", () => {
  const choices = open("weighted", [1, 3]);
  const counts = new Map<string, number>();
  for (let round = 0; round < 8000; round++) {
    const { origin } = choices.choose()!;
    counts.set(origin, (counts.get(origin) ?? 0) + 1);
  }
  const share = counts.get("http://127.209.1.2:9")! / 8000;
  assert.ok(share > 0.7 && share < 0.8, `${share}`);
});

test("an origin that keeps failing rests, a repeated request goes elsewhere, and all are tried when all rest", () => {
  const choices = open("failing", [1, 1, 1]);
  const bad = choices.choose()!;
  for (let round = 0; round < 50; round++) assert.notEqual(choices.choose(bad), bad);
  for (let failure = 0; failure < 3; failure++) bad.fail();
  for (let round = 0; round < 50; round++) assert.notEqual(choices.choose(), bad);
  for (const target of upstreams.targets) for (let failure = 0; failure < 3; failure++) target.fail();
  assert.ok(choices.choose() !== undefined);
});

test("repeats never exceed a tenth of what was forwarded, and the first few", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 2000 }), (events) => {
      const budget = new RetryBudget();
      let forwarded = 0;
      let repeated = 0;
      for (const isForwarded of events) {
        if (isForwarded) {
          budget.earn();
          forwarded++;
        } else if (budget.spend()) repeated++;
      }
      assert.ok(repeated <= 10 + forwarded * 0.1 + 1e-6, `${repeated} of ${forwarded}`);
    }),
  );
});
