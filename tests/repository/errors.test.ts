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

const files = readSourceFiles(parts);

/** Where codes are only listed with their texts; a code is raised somewhere else, by its name. */
const catalogues = ["cli/errors.ts", "local/errors.ts", "gateway/admin/errors.ts"];

/** The launcher is no TypeScript. */
const launcher = readFileSync(join(root, "dmm-env"), "utf8");

function raisedCodes(): ReadonlySet<string> {
  const used = files.filter(({ path }) => !catalogues.includes(path)).map(({ text }) => text);
  return new Set([...used, launcher].flatMap(codesIn));
}

function cataloguedCodes(): ReadonlySet<string> {
  return new Set(files.filter(({ path }) => catalogues.includes(path)).flatMap(({ text }) => codesIn(text)));
}

test("every error code is documented", async () => {
  const documented = documentedCodes();
  assert.deepEqual(
    [...raisedCodes(), ...cataloguedCodes()].filter((code) => !documented.has(code)).sort(),
    [],
  );
});

test("every error code of a catalogue is raised somewhere", async () => {
  const raised = raisedCodes();
  const codes = [...cataloguedCodes()];
  assert.ok(codes.length > 50);
  assert.deepEqual(codes.filter((code) => !raised.has(code)).sort(), []);
});

test("every documented error code is raised somewhere", async () => {
  const raised = raisedCodes();
  assert.deepEqual([...documentedCodes()].filter((code) => !raised.has(code)).sort(), []);
});
