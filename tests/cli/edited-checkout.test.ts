import assert from "node:assert/strict";
import { test } from "tap";
import { CopiedCheckout } from "./copied-checkout.ts";

const name = "feature-x";

test("an environment with an edited checkout", { timeout: 600_000 }, async (t) => {
  const checkout = new CopiedCheckout();
  let first = "";

  const verify = () => checkout.runJson("verify", name, "--suite", "secrets");

  t.before(async () => {
    const up = await checkout.runJson("up", name);
    assert.equal(up.exitCode, 0, JSON.stringify(up.error));
    const verified = await verify();
    assert.equal(verified.exitCode, 0, JSON.stringify(verified));
    first = verified.images[0].digest;
    checkout.append("gateway/main.ts", "\n// An edit.\n");
  });

  t.teardown(async () => {
    await checkout.run("down", name);
    checkout[Symbol.dispose]();
  });

  t.test("is not verified in place of the checkout", async () => {
    const refused = await verify();
    assert.equal(refused.exitCode, 3);
    assert.equal(refused.error.code, "DMM_VERIFY_IMAGE_STALE");
    assert.match(refused.error.message, new RegExp(`3 tasks of gateway run ${first.slice(0, 19)}`));
    const { image } = await checkout.runJson("status", name);
    assert.deepEqual({ ...image, reference: "" }, { reference: "", current: false });
  });

  t.test("is rolled to the edit by up, service by service, and can then be verified", async () => {
    const up = await checkout.runJson("up", name);
    assert.equal(up.exitCode, 0, JSON.stringify(up.error));
    assert.equal(up.changes.update, 3);
    const verified = await verify();
    assert.equal(verified.exitCode, 0, JSON.stringify(verified.error));
    const digests = verified.images.map(({ digest }: { digest: string }) => digest);
    assert.equal(digests.length, 1);
    assert.notEqual(digests[0], first);
    assert.equal((await checkout.runJson("status", name)).image.current, true);
  });
});
