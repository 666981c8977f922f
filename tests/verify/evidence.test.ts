import assert from "node:assert/strict";
import { generateKeyPairSync, sign, verify } from "node:crypto";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { test } from "tap";
import { attest } from "../../verify/evidence/attestation.ts";
import { type Envelope, encodePreAuthentication } from "../../verify/evidence/dsse.ts";
import { renderJunit } from "../../verify/evidence/junit.ts";
import { createEvidence } from "../../verify/evidence/record.ts";
import { renderReport } from "../../verify/evidence/report.ts";
import { createSecrets } from "../../verify/evidence/secrets.ts";
import { renderTap } from "../../verify/evidence/tap.ts";
import type { BareResult, CheckResult } from "../../verify/result.ts";
import { parseTap } from "./tap-reader.ts";

const nasty = `<script>alert("x")</script> & # \\ 'q' \u0007 ]]>`;

function checkOf(suite: string, claim: string, verdict: CheckResult["verdict"]): CheckResult {
  const timeline = { sliceMs: 100, faultMs: 100, slices: [{ good: 3, failed: 1, p95Ms: 2 }] };
  return {
    suite,
    claim,
    check: `${suite}/${claim.replaceAll(" ", "-")}`,
    verdict,
    message: nasty,
    evidence: [
      { name: nasty, value: { text: nasty } },
      { name: "timeline", value: timeline },
    ],
    startedAt: "2026-01-31T14:25:01.000Z",
    durationMs: 12,
  };
}

const checks = [
  checkOf("access", "one", "passed"),
  checkOf("access", "two", "failed"),
  checkOf("gateway", "three # TODO", "inconclusive"),
];
const result: BareResult = {
  id: "run-1",
  environment: "feature-x",
  target: "local",
  profile: "short",
  differences: [
    {
      scope: "this environment",
      what: "dmm-env:ingressPort",
      production: "443",
      environment: "8443",
      reason: "Not <allowed> # here.",
    },
    {
      scope: "every environment",
      what: "aws:kms/key:Key deletionWindowInDays",
      production: "30",
      environment: "7",
      reason: "AWS deletes no key sooner.",
    },
  ],
  images: [{ image: `app/"gateway":1`, digest: `sha256:${"a1".repeat(32)}`, tasks: 3 }],
  startedAt: "2026-01-31T14:25:01.000Z",
  finishedAt: "2026-01-31T14:25:02.000Z",
  durationMs: 1_000,
  checks,
  notRun: ["recovery/four"],
  totals: { checks: 3, passed: 1, failed: 1, inconclusive: 1 },
  verdict: "failed",
};
const suites = [
  { name: "access", checks: [{ claim: "one" }, { claim: "two" }] },
  { name: "gateway", checks: [{ claim: "three # TODO" }] },
];

test("TAP counts inconclusive as not ok, and a claim cannot inject a directive", async () => {
  const document = parseTap(renderTap(result));
  assert.deepEqual(
    document.map((suite) => ({
      name: suite.name,
      ok: suite.ok,
      points: suite.points.map((point) => point.ok),
    })),
    [
      { name: "access", ok: false, points: [true, false] },
      { name: "gateway", ok: false, points: [false] },
    ],
  );
  assert.equal(document[1]?.points[0]?.name, "three # TODO");
  assert.equal(document[1]?.points[0]?.directive, undefined);
  assert.equal(document[0]?.points[1]?.diagnostic.message, nasty);
});

test("TAP, JUnit and report quote the digest of the image, or why it is unknown", async () => {
  const digest = `sha256:${"a1".repeat(32)}`;
  const reason = "AccessDenied: <no>";
  const unknown = { ...result, images: [{ image: "unknown", digest: "unknown", tasks: 0, reason }] };
  assert.match(renderTap(result), new RegExp(`^# image app/"gateway":1 ${digest} \\(3 tasks\\)$`, "m"));
  assert.match(renderTap(unknown), /^# image unknown unknown \(0 tasks; AccessDenied: <no>\)$/m);
  const quoted = `app/&quot;gateway&quot;:1 ${digest} (3 tasks)`;
  assert.equal(renderJunit(result).split(`<property name="image" value="${quoted}"/>`).length, 3);
  assert.ok(renderReport(result).includes(`<dt>Image</dt><dd>${quoted}</dd>`));
  assert.match(
    renderReport(unknown),
    /<dt>Image<\/dt><dd>unknown unknown \(0 tasks; AccessDenied: &lt;no&gt;\)/,
  );
});

test("every form of the evidence states the differences from production, and why", async () => {
  const tap = renderTap(result);
  assert.match(
    tap,
    /^# differs from production: dmm-env:ingressPort is 8443 instead of 443\. Not <allowed> \\# here\.$/m,
  );
  assert.match(
    tap,
    /^# differs from production: aws:kms\/key:Key deletionWindowInDays is 7 instead of 30\./m,
  );
  const own = "dmm-env:ingressPort is 8443 instead of 443. Not &lt;allowed&gt; # here.";
  assert.equal(renderJunit(result).split(`<property name="difference" value="${own}"/>`).length, 3);
  const [head = "", rest = ""] = renderReport(result).split("</header>");
  assert.ok(
    head.includes(
      "<dt>Differs from production</dt><dd>1 specific to this environment, 1 common to every environment",
    ),
  );
  assert.ok(head.includes("<dt>dmm-env:ingressPort</dt><dd>8443 instead of 443</dd>"));
  assert.match(
    rest,
    /dmm-env:ingressPort<\/code>: <strong>8443<\/strong> instead of 443\. Not &lt;allowed&gt;/,
  );
  assert.match(rest, /deletionWindowInDays<\/code>: <strong>7<\/strong> instead of 30\./);
  const text = await attest(result, [], { scope: "prerelease", suites, outputs: {}, signer });
  const summary = openEnvelope((text ?? "").trimEnd().split("\n").at(-1) ?? "");
  assert.deepEqual(summary.predicate["urn:dmm-env:differences"], result.differences);
});

test("a report of an environment without its own differences says so", async () => {
  const page = renderReport({ ...result, differences: result.differences.slice(1) });
  assert.match(page, /<dd>0 specific to this environment, 1 common to every environment<\/dd>/);
  assert.match(page, /None specific to this environment\./);
  assert.doesNotMatch(page, /ingressPort/);
});

test("JUnit is valid XML with one case per claim, failures and errors counted", async () => {
  const xml = renderJunit(result);
  assert.equal(XMLValidator.validate(xml), true);
  const parsed = new XMLParser({
    ignoreAttributes: false,
    isArray: (name) => /^test(suite|case)$/.test(name),
  }).parse(xml);
  const root = parsed.testsuites;
  assert.deepEqual([root["@_tests"], root["@_failures"], root["@_errors"]], ["3", "1", "1"]);
  assert.deepEqual(
    root.testsuite.map((suite: { testcase: unknown[] }) => suite.testcase.length),
    [2, 1],
  );
  assert.equal(root.testsuite[0].testcase[1].failure["@_type"], "failed");
  assert.equal(root.testsuite[1].testcase[0].error["@_type"], "inconclusive");
});

test("the report is one page that runs nothing, loads nothing and escapes everything", async () => {
  const page = renderReport(result);
  assert.doesNotMatch(page, /<script/i);
  assert.doesNotMatch(page, /\b(?:src|href)\s*=|url\(|@import/i);
  assert.match(page, /name="viewport" content="width=device-width/);
  assert.match(page, /prefers-color-scheme: dark/);
  assert.match(page, /default-src 'none'/);
  assert.match(page, /&lt;script&gt;/);
  assert.match(page, /<svg /);
  assert.match(page, /Not run.*recovery\/four/s);
});

test("a secret never enters the evidence, wherever in a value it is", async () => {
  const secrets = createSecrets();
  secrets.add("s3cr3t-token-value");
  const evidence = createEvidence(secrets);
  evidence.record("response", {
    list: [{ "s3cr3t-token-value": "Bearer s3cr3t-token-value" }],
    at: new Date(0),
  });
  const text = JSON.stringify(evidence.observations);
  assert.doesNotMatch(text, /s3cr3t/);
  assert.match(text, /Bearer \[secret\]/);
});

const keys = generateKeyPairSync("ed25519");
const signer = async (payload: Uint8Array) => ({
  keyid: "test",
  sig: sign(null, payload, keys.privateKey).toString("base64"),
});

interface Statement {
  readonly predicateType: string;
  readonly subject: readonly { readonly name: string; readonly digest: Record<string, string> }[];
  readonly predicate: Record<string, unknown>;
}

function openEnvelope(line: string): Statement {
  const envelope = JSON.parse(line) as Envelope;
  const body = Buffer.from(envelope.payload, "base64");
  const signature = Buffer.from(envelope.signatures[0]?.sig ?? "", "base64");
  const signed = encodePreAuthentication(envelope.payloadType, body);
  assert.ok(verify(null, signed, keys.publicKey, signature), "the signature must hold");
  return JSON.parse(body.toString("utf8")) as Statement;
}

test("the attestation is one signed test-result per suite and a summary over all of them", async () => {
  const files = [{ name: "results.tap", digest: { sha256: "00" } }];
  const text = await attest(result, files, { scope: "prerelease", suites, outputs: { b: 1, a: 2 }, signer });
  const statements = (text ?? "").trimEnd().split("\n").map(openEnvelope);
  assert.deepEqual(
    statements.map((statement) => statement.predicateType),
    [
      "https://in-toto.io/attestation/test-result/v0.1",
      "https://in-toto.io/attestation/test-result/v0.1",
      "https://slsa.dev/verification_summary/v1",
    ],
  );
  assert.deepEqual(
    statements.map((statement) => statement.predicate.result ?? statement.predicate.verificationResult),
    ["FAILED", "WARNED", "FAILED"],
  );
  assert.deepEqual(statements[0]?.predicate.failedTests, ["two"]);
  assert.equal(Object.keys(statements[2]?.predicate.inputAttestations ?? {}).length, 2);
  for (const { subject } of statements)
    assert.ok(subject.every(({ digest }) => Object.keys(digest).length > 0));
});

test("the attestation names the image by its digest, and lists one whose digest it does not know", async () => {
  const attestOf = async (images: BareResult["images"]) => {
    const text = await attest({ ...result, images }, [], {
      scope: "prerelease",
      suites,
      outputs: {},
      signer,
    });
    return (text ?? "").trimEnd().split("\n").map(openEnvelope);
  };
  const [one, two] = ["a1".repeat(32), "b2".repeat(32)];
  const known = { image: "app/gateway:1", digest: `sha256:${one}`, tasks: 2 };
  for (const { subject } of await attestOf([known]))
    assert.deepEqual(subject.slice(1), [{ name: "app/gateway:1", digest: { sha256: one } }]);
  const [mixed] = await attestOf([known, { ...known, digest: `sha256:${two}` }]);
  assert.deepEqual(mixed?.subject.slice(1), [
    { name: `app/gateway:1@sha256:${one}`, digest: { sha256: one } },
    { name: `app/gateway:1@sha256:${two}`, digest: { sha256: two } },
  ]);
  const unknown = {
    image: "app/gateway:1",
    digest: "unknown",
    tasks: 2,
    reason: "ECS reports no digest for it",
  };
  const statements = await attestOf([unknown]);
  assert.equal(statements[0]?.subject.length, 1);
  assert.deepEqual(statements.at(-1)?.predicate["urn:dmm-env:images"], [unknown]);
});

test("only a complete run before a release attests the full level", async () => {
  const levelOf = async (scope: "prerelease" | "teardown", notRun: readonly string[]): Promise<unknown> => {
    const passed = checks.map((check) => ({ ...check, verdict: "passed" as const }));
    const text = await attest({ ...result, checks: passed, notRun, verdict: "passed" }, [], {
      scope,
      suites,
      outputs: {},
      signer,
    });
    return openEnvelope((text ?? "").trimEnd().split("\n").at(-1) ?? "").predicate.verifiedLevels;
  };
  assert.deepEqual(await levelOf("prerelease", []), ["DMM_ENV_PRERELEASE_FULL"]);
  assert.deepEqual(await levelOf("prerelease", ["recovery/four"]), ["DMM_ENV_PRERELEASE_PARTIAL"]);
  assert.deepEqual(await levelOf("teardown", []), ["DMM_ENV_TEARDOWN"]);
});

test("without a signer there is no attestation", async () => {
  assert.equal(await attest(result, [], { scope: "prerelease", suites, outputs: {} }), undefined);
});
