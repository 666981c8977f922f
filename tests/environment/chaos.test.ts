import assert from "node:assert/strict";
import { test } from "tap";
import { measureDurations, planBlows, strike } from "./chaos.ts";

const count = Number(process.env.DMM_ENV_CHAOS_COUNT ?? 20);
const seed = Number(process.env.DMM_ENV_CHAOS_SEED ?? 20_261_124);

test(`down finishes without leftovers after each of ${count} kills (seed ${seed})`, async (suite) => {
  const durations = await measureDurations();
  let struck = 0;
  for (const [index, blow] of planBlows(seed, count).entries()) {
    await suite.test(
      `kill ${index + 1}: the ${blow.victim} dies ${Math.round(blow.after * 100)}% into ${blow.during}`,
      { timeout: 240_000 },
      async () => {
        const aftermath = await strike(blow, durations);
        if (aftermath.struck) struck += 1;
        assert.deepEqual(aftermath.leftover, [], aftermath.downReport);
        // 2: the kill came before anything existed, or the killed `down` had already finished.
        assert.ok(
          aftermath.downCode === 0 || aftermath.downCode === 2,
          `down ended with ${aftermath.downCode}:\n${aftermath.downReport}`,
        );
      },
    );
  }
  assert.ok(struck >= count / 2, `only ${struck} of ${count} blows met a living victim`);
});
