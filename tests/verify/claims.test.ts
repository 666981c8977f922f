import assert from "node:assert/strict";
import { test } from "tap";
import { type Check, type CheckScope, checkNameOf } from "../../verify/check.ts";
import { createSecrets } from "../../verify/evidence/secrets.ts";
import type { CheckResult } from "../../verify/result.ts";
import { runCheck } from "../../verify/run.ts";
import { suites } from "../../verify/suites.ts";
import { pairs } from "./pairs.ts";
import type { Break } from "./platform/breaks.ts";
import { startPlatform } from "./platform/platform.ts";
import { openWorld } from "./world.ts";

const checks = suites.flatMap((suite) => suite.checks.map((check) => ({ suite: suite.name, check })));

async function runAgainst(suite: string, check: Check, breaks: readonly Break[]): Promise<CheckResult> {
  await using platform = await startPlatform(...breaks);
  const secrets = createSecrets();
  await using world = openWorld(platform.target, secrets);
  return await runCheck(
    { world, secrets, signal: new AbortController().signal, emit: () => {} },
    suite,
    check as Check<CheckScope & typeof world>,
  );
}

test("every check has a target that breaks its claim", async () => {
  const names = checks.map(({ suite, check }) => checkNameOf(suite, check.claim)).sort();
  assert.deepEqual(Object.keys(pairs).sort(), names);
});

for (const { suite, check } of checks) {
  const name = checkNameOf(suite, check.claim);
  const pair = pairs[name] ?? { breaks: [], hides: [] };
  // Load and expiry take seconds that are mostly waiting.
  test(name, { jobs: suite === "recovery" ? 2 : 4 }, async (t) => {
    t.test("passes against a platform that keeps the claim", async () => {
      const result = await runAgainst(suite, check, []);
      assert.equal(result.verdict, "passed", result.message);
      assert.ok(result.evidence.length > 0);
    });
    for (const broken of pair.breaks) {
      t.test(`fails against a platform that ${broken}`, async () => {
        const result = await runAgainst(suite, check, [broken]);
        assert.equal(result.verdict, "failed", result.message);
      });
    }
    for (const hidden of pair.hides ?? []) {
      t.test(`proves nothing about a platform that ${hidden}`, async () => {
        const result = await runAgainst(suite, check, [hidden]);
        assert.equal(result.verdict, "inconclusive", result.message);
        assert.doesNotMatch(result.message, /^(Type|Reference|Range|Syntax)Error/);
      });
    }
  });
}
