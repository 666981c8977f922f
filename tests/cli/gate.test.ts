import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { encodePreAuthentication } from "../../verify/evidence/dsse.ts";
import { findLeftovers } from "./left-over.ts";
import { runCommandLine, startCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const slow = { timeout: 300_000 };

test(
  "a gate creates, verifies and tears down an environment, with a signed proof that nothing is left",
  slow,
  async () => {
    using folder = new TemporaryHome();
    const { code, stdout, stderr } = await runCommandLine(folder.directory, "gate", "feature-x", "--json");
    const report = JSON.parse(stdout);
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    assert.equal(report.exitCode, 0);
    assert.equal(report.verdict, "passed");
    assert.equal(report.totals.passed, report.totals.checks);
    assert.deepEqual(report.teardown.leftovers, []);
    assert.deepEqual(report.teardown.workarounds, []);
    assert.ok(report.teardown.access.revoked.includes("operator"));
    assert.equal(report.teardown.access.refusals.length, 2);
    assert.ok(report.teardown.claims.every((claim: { verdict: string }) => claim.verdict === "passed"));
    assert.ok(existsSync(join(report.evidence, "events.jsonl")));
    assert.deepEqual(findLeftovers(folder.home), []);

    const envelope = JSON.parse(readFileSync(report.teardown.proof, "utf8"));
    const [publicKey] = globSync("*.pub.pem", { cwd: folder.home.teardowns });
    const key = createPublicKey(readFileSync(join(folder.home.teardowns, publicKey!)));
    const payload = Buffer.from(envelope.payload, "base64");
    assert.ok(
      verify(
        null,
        encodePreAuthentication(envelope.payloadType, payload),
        key,
        Buffer.from(envelope.signatures[0].sig, "base64"),
      ),
    );
    assert.equal(JSON.parse(payload.toString()).predicate.verdict, "nothing is left");
  },
);

test("an interrupted gate tears down what it has created and ends with 130", slow, async () => {
  using folder = new TemporaryHome();
  const gate = startCommandLine(folder.directory, "gate", "feature-x", "--json");
  await gate.says("run checks …");
  gate.process.kill("SIGINT");
  const { code, stdout, stderr } = await gate.ended;
  assert.equal(code, 130, stderr);
  assert.equal(JSON.parse(stdout).error.code, "DMM_INTERRUPTED");
  assert.deepEqual(findLeftovers(folder.home), []);
});
