import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import { AccessLog } from "../../../local/elb/access-log.ts";
import type { Region } from "../../../local/region.ts";
import { waitUntil } from "../../wait-until.ts";

test("a log whose folder is gone is reported once, and affects no other", async (context) => {
  const directory = mkdtempSync(join(tmpdir(), "dmm-access-log-"));
  const told: string[] = [];
  const region = {
    resources: { get: () => undefined },
    log: (event: string, details: { reason: string }) => told.push(`${event}: ${details.reason}`),
  } as unknown as Region;
  const log = new AccessLog(region, "arn:aws:elasticloadbalancing:eu-west-1:127:loadbalancer/app/t/1", {
    directory,
    isRunning: () => false,
  });
  context.teardown(() => log.end());
  rmSync(directory, { recursive: true });
  await waitUntil("the failure to be logged", () => told.length > 0);
  const looksAgainAt = Date.now() + 2500;
  await waitUntil("another look", () => Date.now() > looksAgainAt);
  assert.equal(told.length, 1);
  assert.match(told[0]!, /^balancer\.access-log-failed: ENOENT/);
});
