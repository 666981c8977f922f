import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import {
  type RunResult,
  readTeardownSnapshot,
  type VerifyEvent,
  verify,
  verifyTeardown,
} from "../../verify/index.ts";
import { release } from "../../verify/teardown/index.ts";
import { standInImage } from "./platform/aws-json.ts";
import type { Break } from "./platform/breaks.ts";
import { startPlatform } from "./platform/platform.ts";

const signer = async () => ({ keyid: "test", sig: Buffer.from("signature").toString("base64") });

async function inFolder<Result>(work: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), "dmm-env-verify-"));
  try {
    return await work(join(directory, "run"));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The levels that the summary of a run's attestation names. */
function readLevels(directory: string): unknown {
  const lines = readFileSync(join(directory, "attestation.intoto.jsonl"), "utf8").trimEnd().split("\n");
  const { payload } = JSON.parse(lines.at(-1) ?? "") as { payload: string };
  const statement = JSON.parse(Buffer.from(payload, "base64").toString());
  return statement.predicate.verifiedLevels;
}

test("a run leaves events, TAP, JUnit, report, result and attestation, with no secret in any of them", async () => {
  await using platform = await startPlatform();
  await inFolder(async (directory) => {
    const events: VerifyEvent[] = [];
    const result = await verify(platform.target, {
      suites: ["gateway"],
      profile: "short",
      directory,
      signer,
      onEvent: (event) => events.push(event),
    });
    assert.equal(result.verdict, "passed", JSON.stringify(result.checks.map((check) => check.message)));
    assert.equal(result.totals.checks, result.totals.passed);
    assert.ok(result.notRun.includes("access/an-insider-gets-in"));
    assert.deepEqual(readLevels(directory), ["DMM_ENV_PRERELEASE_PARTIAL"]);
    for (const file of [
      "events.jsonl",
      "results.tap",
      "junit.xml",
      "report.html",
      "result.json",
      "attestation.intoto.jsonl",
    ]) {
      assert.ok(result.files.includes(file) && existsSync(join(directory, file)), file);
    }
    const lines = readFileSync(join(directory, "events.jsonl"), "utf8").trimEnd().split("\n");
    assert.deepEqual(
      lines,
      events.map((event) => JSON.stringify(event)),
    );
    assert.deepEqual([events[0]?.event, events.at(-1)?.event], ["run-started", "run-finished"]);
    const text = result.files.map((file) => readFileSync(join(directory, file), "utf8")).join("\n");
    const secrets = [
      platform.state.clientSecret,
      "standin-secret",
      ...platform.state.tokens.keys(),
      "PRIVATE KEY",
    ];
    for (const secret of secrets) assert.ok(!text.includes(secret), "a secret is in the evidence");
  });
});

test("a run records the gateways' images as ECS reports them, and which ones ECS does not report", async () => {
  const { image, digest } = standInImage;
  const reason = "ECS reports no digest for it";
  const other = `sha256:${"b2".repeat(32)}`;
  const cases: readonly (readonly [readonly Break[], RunResult["images"]])[] = [
    [[], [{ image, digest, tasks: 3 }]],
    [
      ["runs two images"],
      [
        { image, digest, tasks: 2 },
        { image, digest: other, tasks: 1 },
      ],
    ],
    [
      ["changes its image meanwhile"],
      [
        { image, digest, tasks: 3 },
        { image, digest: other, tasks: 1, appeared: "during the run" },
      ],
    ],
    [["reports no image digest"], [{ image, digest: "unknown", reason, tasks: 3 }]],
  ];
  for (const [breaks, images] of cases) {
    await using platform = await startPlatform(...breaks);
    await inFolder(async (directory) => {
      const only = ["gateway/an-unknown-route-gets-404"];
      const result = await verify(platform.target, { only, profile: "short", directory });
      assert.deepEqual(result.images, images);
      const stored = JSON.parse(readFileSync(join(directory, "result.json"), "utf8")) as RunResult;
      assert.deepEqual(stored.images, images);
      assert.match(readFileSync(join(directory, "events.jsonl"), "utf8"), /"event":"images-read"/);
    });
  }
});

test("a run continues if ECS does not respond, and says so", async () => {
  await using platform = await startPlatform();
  const target = { ...platform.target, aws: { ...platform.target.aws, endpoint: "http://127.0.0.1:9" } };
  await inFolder(async (directory) => {
    const only = ["access/an-insider-gets-in"];
    const { images, checks } = await verify(target, { only, profile: "short", directory });
    assert.equal(checks.length, 1);
    assert.deepEqual([images.length, images[0]?.image, images[0]?.digest], [1, "unknown", "unknown"]);
    assert.match(images[0]?.reason ?? "", /ECONNREFUSED/);
  });
});

test("a platform that responds with Retry-After is retried, and the evidence says so", async () => {
  await using platform = await startPlatform("asks for patience once for each request");
  const only = [
    "gateway/a-missing-token-gets-401",
    "gateway/an-unknown-route-gets-404",
    "oauth2/a-token-is-issued-only-for-granted-scopes",
    "oauth2/a-wrong-secret-gets-401",
    "oauth2/a-client-assertion-is-accepted-once",
  ];
  const { checks } = await inFolder((directory) =>
    verify(platform.target, { only, profile: "short", directory }),
  );
  for (const { check, verdict, message, evidence } of checks) {
    assert.equal(verdict, "passed", `${check}: ${message}`);
    if (check.startsWith("gateway/"))
      assert.ok(
        evidence.some(({ name }) => name.endsWith(": retried")),
        check,
      );
  }
});

test("a platform that always responds with Retry-After does not pass, within a time limit", async () => {
  await using platform = await startPlatform("asks for patience without end");
  const only = ["gateway/a-missing-token-gets-401"];
  const { verdict } = await inFolder((directory) =>
    verify(platform.target, { only, profile: "short", directory }),
  );
  assert.notEqual(verdict, "passed");
});

async function runTeardown(...breaks: readonly Break[]): Promise<RunResult> {
  await using platform = await startPlatform(...breaks);
  const { credentials } = platform.target.aws;
  const before = readTeardownSnapshot(platform.target);
  await platform.release();
  return await inFolder((directory) => verifyTeardown(before, { directory, credentials }));
}

test("after the teardown every claim passes if nothing is left", async () => {
  const result = await runTeardown();
  assert.equal(result.verdict, "passed", JSON.stringify(result.checks.map((check) => check.message)));
  assert.equal(result.checks.length, release.checks.length);
});

test("a teardown that passes is attested at a separate level, and at none if something is left", async () => {
  const cases: readonly (readonly [readonly Break[], string])[] = [
    [[], "DMM_ENV_TEARDOWN"],
    [["keeps its ports open"], "FAILED"],
  ];
  for (const [breaks, level] of cases) {
    await using platform = await startPlatform(...breaks);
    const { credentials } = platform.target.aws;
    const before = readTeardownSnapshot(platform.target);
    await platform.release();
    await inFolder(async (directory) => {
      await verifyTeardown(before, { directory, credentials, signer });
      assert.deepEqual(readLevels(directory), [level]);
    });
  }
});

test("a port that still responds after the teardown breaks the claim", async () => {
  const result = await runTeardown("keeps its ports open");
  assert.deepEqual(
    result.checks.map((check) => check.verdict),
    ["failed", "passed"],
  );
});

test("a region that still responds after the teardown breaks the claim", async () => {
  const result = await runTeardown("keeps its region");
  assert.deepEqual(
    result.checks.map((check) => check.verdict),
    ["passed", "failed"],
  );
});

test("on AWS a resource that still carries the tag breaks the claim", async () => {
  const cases: readonly (readonly [readonly Break[], string])[] = [
    [["keeps its region"], "failed"],
    [[], "passed"],
  ];
  for (const [breaks, verdict] of cases) {
    await using platform = await startPlatform(...breaks);
    const before = { ...readTeardownSnapshot(platform.target), kind: "aws" as const, addresses: [] };
    const { credentials } = platform.target.aws;
    const result = await inFolder((directory) => verifyTeardown(before, { directory, credentials }));
    assert.equal(result.checks[1]?.verdict, verdict);
  }
});

test("a run refuses code that is not the checkout's before its first check, and leaves no evidence", async () => {
  await using platform = await startPlatform();
  const { digest } = standInImage;
  await inFolder(async (directory) => {
    const options = { suites: ["secrets"], profile: "short", directory } as const;
    const expected = `sha256:${"c3".repeat(32)}`;
    await assert.rejects(verify({ ...platform.target, imageDigest: expected }, options), {
      code: "DMM_VERIFY_IMAGE_STALE",
      exitCode: 3,
      message: new RegExp(
        `3 tasks of gateway run ${digest.slice(0, 19)}, 3 tasks of admin run .* has ${expected.slice(0, 19)}\\.`,
      ),
      hint: /dmm-env up standin/,
    });
    assert.ok(!existsSync(directory));
    const current = await verify({ ...platform.target, imageDigest: digest }, options);
    assert.equal(current.verdict, "passed");
  });
});
