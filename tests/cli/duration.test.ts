import assert from "node:assert/strict";
import { test } from "tap";
import { parseDuration, renderDuration } from "../../cli/environment/duration.ts";

test("durations are read in seconds, minutes, hours and days", async () => {
  assert.equal(parseDuration("90s"), 90);
  assert.equal(parseDuration("30m"), 1_800);
  assert.equal(parseDuration("4h"), 14_400);
  assert.equal(parseDuration("7d"), 604_800);
});

test("a duration without unit, without length or beyond seven days is refused", async () => {
  for (const text of ["", "4", "h", "0h", "-1h", "1.5h", "4 h", "8d", "169h", "4w", "1h30m"]) {
    assert.throws(() => parseDuration(text), { code: "DMM_DURATION_INVALID", exitCode: 2 }, text);
  }
});

test("durations are shown in their two largest units", async () => {
  assert.equal(renderDuration(0), "0s");
  assert.equal(renderDuration(59.9), "59s");
  assert.equal(renderDuration(3_600), "1h");
  assert.equal(renderDuration(12_000), "3h 20m");
  assert.equal(renderDuration(90_061), "1d 1h");
});
