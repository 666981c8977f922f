import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { createSigner, ensureSigningKey } from "../../cli/attestation/signing-key.ts";
import { signStatement } from "../../verify/evidence/dsse.ts";
import { runCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const statement = (predicateType: string, predicate: object) => ({
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: "environment:feature-x", digest: { sha256: "00" } }],
  predicateType,
  predicate,
});
const testResult = statement("https://in-toto.io/attestation/test-result/v0.1", {
  result: "PASSED",
  passedTests: ["an insider gets in"],
});
const summaryOf = (verificationResult: string, level: string) =>
  statement("https://slsa.dev/verification_summary/v1", {
    verificationResult,
    verifiedLevels: [level],
    resourceUri: "urn:dmm-env:environment:feature-x",
    timeVerified: "2026-01-31T14:25:01.000Z",
  });
const teardownOf = (verdict: string) =>
  statement("https://dmm-env.invalid/attestation/teardown/v1", { environment: "feature-x", verdict });

/** Writes envelopes one a line, as a run does. */
async function write(folder: TemporaryHome, ...statements: readonly object[]): Promise<string> {
  const signer = createSigner(ensureSigningKey(folder.home));
  const file = join(folder.directory, "attestation.intoto.jsonl");
  const envelopes = await Promise.all(statements.map((one) => signStatement(one, signer)));
  writeFileSync(file, envelopes.map((envelope) => `${JSON.stringify(envelope)}\n`).join(""));
  return file;
}

async function check(home: string, ...args: readonly string[]) {
  const { code, stdout } = await runCommandLine(home, "attestation", "check", ...args, "--json");
  return { code, report: JSON.parse(stdout) };
}

test("a locally signed attestation is valid, and its statements are shown", async () => {
  using folder = new TemporaryHome();
  const file = await write(folder, testResult, summaryOf("PASSED", "DMM_ENV_PRERELEASE_PARTIAL"));
  const { code, report } = await check(folder.directory, file);
  assert.deepEqual([code, report.verdict], [0, "passed"]);
  assert.equal(report.statements[1].details[0], "DMM_ENV_PRERELEASE_PARTIAL");
  const { stdout } = await runCommandLine(folder.directory, "attestation", "check", file);
  assert.match(stdout, /^test result: PASSED, 1 passed, 0 inconclusive, 0 failed$/m);
  assert.match(stdout, /^verification summary: PASSED, DMM_ENV_PRERELEASE_PARTIAL, .*feature-x/m);
  assert.match(stdout, /^Every signature is valid for the key [0-9a-f]{64} /m);
});

test("the exit code is failed for a validly signed failure, and undecided without a summary", async () => {
  using folder = new TemporaryHome();
  const cases: readonly (readonly [readonly object[], number, string])[] = [
    [[summaryOf("FAILED", "FAILED")], 1, "failed"],
    [[teardownOf("leftovers were found")], 1, "failed"],
    [[teardownOf("not everything could be observed")], 1, "failed"],
    [[teardownOf("nothing is left")], 0, "passed"],
    [[testResult], 3, "undecided"],
    [[statement("https://example.com/other", {})], 3, "undecided"],
  ];
  for (const [statements, exitCode, verdict] of cases) {
    const { code, report } = await check(folder.directory, await write(folder, ...statements));
    assert.deepEqual([code, report.verdict], [exitCode, verdict]);
  }
});

test("a changed payload, a changed type and a signature of another statement are invalid", async () => {
  using folder = new TemporaryHome();
  const file = await write(folder, testResult, summaryOf("FAILED", "FAILED"));
  const [one, two] = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const forged = Buffer.from(JSON.stringify(summaryOf("PASSED", "DMM_ENV_PRERELEASE_FULL")));
  const forgeries = [
    { ...two, payload: forged.toString("base64") },
    { ...two, payloadType: "application/json" },
    { ...two, signatures: one.signatures },
  ];
  for (const forgery of forgeries) {
    writeFileSync(file, `${JSON.stringify(one)}\n${JSON.stringify(forgery)}\n`);
    const { code, report } = await check(folder.directory, file);
    assert.deepEqual([code, report.error.code], [1, "DMM_SIGNATURE_INVALID"]);
    assert.match(report.error.message, /item 2 /);
    assert.equal(report.statements, undefined);
  }
});

test("elsewhere an attestation is verified with the signer's public key only", async () => {
  using signer = new TemporaryHome();
  using elsewhere = new TemporaryHome();
  const file = await write(signer, teardownOf("nothing is left"));
  const unknown = await check(elsewhere.directory, file);
  assert.deepEqual([unknown.code, unknown.report.error.code], [3, "DMM_SIGNER_UNKNOWN"]);
  const known = await check(elsewhere.directory, file, "--key", signer.home.publicKey);
  assert.equal(known.code, 0);
  const other = join(elsewhere.directory, "other.pem");
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  writeFileSync(other, publicKey.export({ type: "spki", format: "pem" }));
  assert.equal(
    (await check(elsewhere.directory, file, "--key", other)).report.error.code,
    "DMM_SIGNER_UNKNOWN",
  );
  writeFileSync(other, privateKey.export({ type: "pkcs8", format: "pem" }));
  assert.equal(
    (await check(elsewhere.directory, file, "--key", other)).report.error.code,
    "DMM_KEY_UNREADABLE",
  );
});

test("a file that is not an envelope is refused by name, and a key beside the file is not trusted", async () => {
  using folder = new TemporaryHome();
  const file = join(folder.directory, "x.json");
  assert.equal((await check(folder.directory, file)).report.error.code, "DMM_ATTESTATION_UNREADABLE");
  for (const text of ["", "{}", "[]", '{"payload":"","payloadType":"","signatures":[]}']) {
    writeFileSync(file, text);
    const { code, report } = await check(folder.directory, file);
    assert.deepEqual([code, report.error.code], [2, "DMM_ATTESTATION_UNREADABLE"], text);
  }
  using forger = new TemporaryHome();
  const forged = join(folder.directory, "forged.jsonl");
  copyFileSync(await write(forger, teardownOf("nothing is left")), forged);
  copyFileSync(forger.home.publicKey, join(folder.directory, "forged.pub.pem"));
  assert.equal((await check(folder.directory, forged)).code, 3);
});

test("the first command that signs writes the public key, also for an existing private key", async () => {
  using folder = new TemporaryHome();
  const { publicKeyPem } = ensureSigningKey(folder.home);
  assert.equal(readFileSync(folder.home.publicKey, "utf8"), publicKeyPem);
  rmSync(folder.home.publicKey);
  ensureSigningKey(folder.home);
  assert.equal(readFileSync(folder.home.publicKey, "utf8"), publicKeyPem);
});

test("the program in docs/attestations.md accepts a local signature and refuses it after a change", async () => {
  using folder = new TemporaryHome();
  const page = readFileSync(join(import.meta.dirname, "../../docs/attestations.md"), "utf8");
  const program = join(folder.directory, "check.mjs");
  writeFileSync(program, /```js\n([\s\S]+?)```/.exec(page)?.[1] ?? "");
  const file = await write(folder, testResult, summaryOf("PASSED", "DMM_ENV_PRERELEASE_FULL"));
  const run = () =>
    execa(process.execPath, [program, folder.home.publicKey, file], { reject: false, stdin: "ignore" });
  const { exitCode, stdout } = await run();
  assert.equal(exitCode, 0);
  assert.match(stdout, /DMM_ENV_PRERELEASE_FULL/);
  writeFileSync(file, readFileSync(file, "utf8").replace(/"payload":"e/, '"payload":"f'));
  assert.equal((await run()).exitCode, 1);
});
