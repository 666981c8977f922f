import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { slugOf } from "../../verify/check.ts";
import { renderDocument } from "../../verify/document.ts";
import { listClaims, selectChecks, suites } from "../../verify/suites.ts";
import { release } from "../../verify/teardown/index.ts";

const root = join(import.meta.dirname, "..", "..");
const everySuite = [...suites, release];

test("every claim is the name of the file that proves it", async () => {
  for (const suite of everySuite) {
    for (const { claim } of suite.checks) {
      assert.ok(
        existsSync(join(root, "verify", suite.name, `${slugOf(claim)}.ts`)),
        `${suite.name}: ${claim}`,
      );
    }
  }
});

test("the document has the checks' own claims and proofs", async () => {
  const document = readFileSync(join(root, "docs", "suites.md"), "utf8");
  assert.equal(document, renderDocument(document), "run: node verify/write-document.ts");
  const documented = [...document.matchAll(/^\| `([a-z0-9]+\/[a-z0-9-]+)` +\|/gm)].map((match) => match[1]);
  const claims = everySuite.flatMap((suite) =>
    suite.checks.map((check) => `${suite.name}/${slugOf(check.claim)}`),
  );
  assert.deepEqual(documented, claims);
});

test("a claim or a proof that changes changes the document", async () => {
  const document = readFileSync(join(root, "docs", "suites.md"), "utf8");
  const edited = document
    .replace("reaches the gateway, and gets 200 with a token", "gets in")
    .replace(/^\| `logs.*\n/m, "");
  assert.notEqual(edited, document);
  assert.equal(renderDocument(edited), document);
});

test("a run is narrowed by suite, by check, by name and by sentence, and lists what it leaves out", async () => {
  const all = listClaims().length;
  assert.equal(selectChecks({}).notRun.length, 0);
  const access = selectChecks({ suites: ["access"] });
  assert.deepEqual(
    access.suites.map((suite) => suite.name),
    ["access"],
  );
  for (const only of ["access/an-insider-gets-in", "an-insider-gets-in", "An insider gets in"]) {
    const selection = selectChecks({ only: [only] });
    assert.deepEqual(
      selection.suites.map((suite) => suite.checks.length),
      [1],
    );
    assert.equal(selection.notRun.length, all - 1);
  }
});

test("an unknown suite or check is refused by name with the known ones", async () => {
  assert.throws(() => selectChecks({ suites: ["acess"] }), {
    code: "DMM_VERIFY_UNKNOWN_SUITE",
    message: /acess.*access/,
    hint: /^Did you mean access\?/,
  });
  const elsewhere = { suites: ["gateway"], only: ["an-insider-gets-in"] };
  assert.throws(() => selectChecks(elsewhere), {
    code: "DMM_VERIFY_UNKNOWN_CHECK",
    message: /an-insider-gets-in.*gateway/,
    hint: /^Use a check name/,
  });
  assert.throws(() => selectChecks({ only: ["access/an-insider-get-in"] }), {
    hint: /^Did you mean access\/an-insider-gets-in\?/,
  });
});
