import assert from "node:assert/strict";
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { findHome } from "../../cli/home.ts";
import { findToolchain } from "../../tools/toolchain.ts";
import { CopiedCheckout } from "../cli/copied-checkout.ts";
import { findLeftovers } from "../cli/left-over.ts";

/** Characters that separate, quote, expand or comment in some language in which a path is used. */
const folders = 'My "Projects"/it\'s 100% #1 $HOME `id` \u00e9\u4e2d (a) [b] {c} & | * ? ! ~ = +,@';

test("launcher, gate and toolchain work if the checkout's path has every special character", {
  timeout: 400_000,
}, async () => {
  using checkout = new CopiedCheckout(folders);
  // Programs get this path, not the one that it resolves to.
  const toolchain = join(checkout.home, "tool chain");
  symlinkSync(findToolchain().directory, toolchain);
  const { exitCode, stdout, stderr } = await execa(
    join(checkout.directory, "dmm-env"),
    ["gate", "feature-x", "--json"],
    {
      env: { DMM_ENV_HOME: checkout.home, DMM_ENV_TOOLCHAIN: toolchain, DMM_ENV_PROGRAM: undefined },
      stdin: "ignore",
      reject: false,
    },
  );
  assert.ok(stdout, stderr);
  const report = JSON.parse(stdout);
  assert.equal(report.error, null, stderr);
  assert.deepEqual([report.totals?.failed, exitCode], [0, report.exitCode], stdout);
  assert.equal(report.verdict, "passed", stdout);
  assert.equal(report.teardown.verdict, "nothing is left");
  assert.ok(existsSync(report.teardown.proof));
  assert.deepEqual(findLeftovers(findHome({ DMM_ENV_HOME: checkout.home })), []);
});
