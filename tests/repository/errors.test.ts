import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { parts, readSourceFiles, root } from "./source-files.ts";

const codePattern = /\bDMM_[A-Z]+(?:_[A-Z0-9]+)+\b/g;

/** Environment variables share the prefix but are no error codes. */
const variablePattern = /^DMM_ENV_/;

function codesIn(text: string): readonly string[] {
  return (text.match(codePattern) ?? []).filter((code) => !variablePattern.test(code));
}

function documentedCodes(): ReadonlySet<string> {
  const folder = join(root, "docs", "errors");
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  return new Set(texts.flatMap(codesIn));
}

function raisedCodes(): ReadonlySet<string> {
  return new Set(readSourceFiles(parts).flatMap((file) => codesIn(file.text)));
}

test("every error code is documented", async () => {
  const documented = documentedCodes();
  assert.deepEqual([...raisedCodes()].filter((code) => !documented.has(code)).sort(), []);
});

test("every documented error code exists", async () => {
  const raised = raisedCodes();
  assert.deepEqual([...documentedCodes()].filter((code) => !raised.has(code)).sort(), []);
});
