import assert from "node:assert/strict";
import { test } from "tap";
import type { CheckContext } from "../../verify/check.ts";
import { changeConfiguration } from "../../verify/client/admin.ts";
import { createSecrets } from "../../verify/evidence/secrets.ts";
import { shorten, shortenTexts } from "../../verify/shorten.ts";
import { startPlatform } from "./platform/platform.ts";
import { openWorld } from "./world.ts";

test("edits of one run do not make each other stale", async () => {
  await using platform = await startPlatform();
  await using world = openWorld(platform.target, createSecrets());
  const edits = Array.from({ length: 25 }, (_, index) =>
    changeConfiguration(world as unknown as CheckContext, {
      method: "PUT",
      entry: `routes/one-${index}`,
      value: { path: `/verify/one-${index}` },
    }),
  );
  const versions = (await Promise.all(edits)).map(({ version }) => version);
  assert.deepEqual(
    versions,
    versions.map((_, index) => versions[0]! + index),
  );
});

test("shortened text states how much is missing", async () => {
  assert.equal(shorten("short"), "short");
  assert.equal(shorten("x".repeat(250)), `${"x".repeat(200)}… (50 more characters)`);
  assert.deepEqual(shortenTexts([{ body: "abcdef", status: 200 }], 4), [
    { body: "abcd… (2 more characters)", status: 200 },
  ]);
});
