import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { test } from "tap";
import { type ExitCode, exitCodes } from "../../cli/exit-codes.ts";
import { exitCodeAfterTeardown, renderVerdicts, reportVerdicts } from "../../cli/verification/verdicts.ts";
import type { RunResult } from "../../verify/index.ts";

const result: RunResult = {
  id: "run-1",
  environment: "feature-x",
  target: "local",
  profile: "short",
  differences: [],
  images: [{ image: "dmm-env/gateway:1", digest: `sha256:${"a1b2".repeat(16)}`, tasks: 3 }],
  startedAt: "2026-01-31T14:25:01.000Z",
  finishedAt: "2026-01-31T14:25:02.000Z",
  durationMs: 1_000,
  checks: [],
  notRun: [],
  totals: { checks: 1, passed: 1, failed: 0, inconclusive: 0 },
  verdict: "passed",
  directory: "/tmp/run",
  files: [],
};

function render(images: RunResult["images"]): readonly string[] {
  return renderVerdicts({ ...result, images }).map(stripVTControlCharacters);
}

test("the verdicts name the verified image on one line, with a prefix of its digest", async () => {
  assert.deepEqual(render(result.images), [
    "1 of 1 checks passed, 0 failed, 0 inconclusive, in 1.0 s.",
    "Image: dmm-env/gateway:1 sha256:a1b2a1b2a1b2, run by 3 tasks",
    "Evidence: /tmp/run",
  ]);
});

test("an unknown digest is reported as unknown, with the reason", async () => {
  const unknown = { image: "unknown", digest: "unknown", tasks: 0, reason: "AccessDenied: no" };
  assert.equal(render([unknown])[1], "Image: unknown unknown, AccessDenied: no");
});

test("several images are reported, including those that appeared during the run", async () => {
  const [first] = result.images;
  const second = {
    ...first!,
    digest: `sha256:${"c3d4".repeat(16)}`,
    tasks: 1,
    appeared: "during the run",
  } as const;
  assert.deepEqual(render([first!, second]).slice(1, 4), [
    "Image: dmm-env/gateway:1 sha256:a1b2a1b2a1b2, run by 3 tasks",
    "Image: dmm-env/gateway:1 sha256:c3d4c3d4c3d4, run by 1 task, appeared during the run",
    "The gateways ran 2 different image contents; the result does not belong to a single one.",
  ]);
});

test("after a teardown there is no image", async () => {
  assert.ok(render([]).every((line) => !line.startsWith("Image")));
});

const port = {
  scope: "this environment",
  what: "dmm-env:ingressPort",
  production: "443",
  environment: "8443",
  reason: "This machine does not allow production's port, or another program uses it.",
} as const;
const protection = { ...port, scope: "every environment", what: "aws:kms/key:Key protect" } as const;

test("this environment's own differences are described, the others counted", async () => {
  const lines = renderVerdicts({ ...result, differences: [port, protection] }).map(stripVTControlCharacters);
  assert.deepEqual(lines.slice(2, 4), [
    "Differs from production: dmm-env:ingressPort is 8443 instead of 443. This machine does not allow production's port, or another program uses it.",
    "1 declared difference from production applies to every environment; the report lists it.",
  ]);
});

test("the JSON has every difference with its reason", async () => {
  const differences = [port, protection];
  assert.deepEqual(reportVerdicts({ ...result, differences }).differences, differences);
});

test("the JSON has the images with whole digests", async () => {
  assert.deepEqual(reportVerdicts(result).images, result.images);
});

test("checks after a teardown that fail mean leftovers, inconclusive ones that nothing is proven", async () => {
  const after = (tornDown: ExitCode, verdict: RunResult["verdict"]) =>
    exitCodeAfterTeardown(tornDown, { ...result, verdict });
  const { done, leftover, notReady } = exitCodes;
  assert.deepEqual(
    [after(done, "passed"), after(done, "inconclusive"), after(done, "failed")],
    [done, notReady, leftover],
  );
  assert.deepEqual([after(notReady, "passed"), after(leftover, "inconclusive")], [notReady, leftover]);
});
