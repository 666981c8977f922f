import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { catalogue, OperatorError } from "../../cli/errors.ts";
import { explainFailure, renderFailure } from "../../cli/report/failure.ts";
import { TemporaryHome } from "./temporary-home.ts";

const document = readFileSync(join(import.meta.dirname, "..", "..", "docs", "errors", "cli.md"), "utf8");

test("every error is documented under its exit code", async () => {
  const sections = document.split(/^## /m).slice(1);
  // The exit code of an error does not depend on its values.
  const anyValues = new Proxy({}, { get: () => "" }) as never;
  for (const [code, write] of Object.entries(catalogue)) {
    const { exitCode } = write(anyValues);
    const section = sections.find((text) => text.includes(`### ${code}\n`));
    assert.match(section?.split("\n")[0] ?? "", new RegExp(`exit code ${exitCode}\\b`), code);
  }
});

test("an error names the values of its texts, and the compiler refuses it when one is missing or misspelt", async () => {
  const { message, hint } = new OperatorError("DMM_NAME_RESERVED", { name: "production" });
  assert.match(
    `${message} ${hint}`,
    /^"production" is reserved for production; .+ Choose a name such as feature-x\.$/,
  );
  // @ts-expect-error: `allowed` is missing
  assert.match(new OperatorError("DMM_NAME_INVALID", { name: "x" }).message, /undefined/);
  // @ts-expect-error: `Name` is misspelt
  assert.match(new OperatorError("DMM_NAME_RESERVED", { Name: "x" }).message, /undefined/);
});

test("an unexpected error is shown without its stack, which is in the named log", async () => {
  using folder = new TemporaryHome();
  const failure = explainFailure(
    new TypeError("x is not a function", { cause: new Error("the cause") }),
    folder.home,
  );
  assert.equal(failure.code, "DMM_UNEXPECTED");
  assert.doesNotMatch(renderFailure(failure), /\n {4}at /);
  const log = join(folder.home.logs, "errors.log");
  assert.ok(failure.hint.includes(log) && existsSync(log));
  assert.match(
    readFileSync(log, "utf8"),
    /TypeError: x is not a function\n {4}at [\s\S]*caused by Error: the cause/,
  );
});

test("an error of another module with code and hint is shown unchanged", async () => {
  using folder = new TemporaryHome();
  const foreign = Object.assign(new Error("haproxy is missing."), {
    code: "DMM_TOOLS_MISSING",
    hint: "Run dmm-env setup.",
  });
  const { code, hint, exitCode } = explainFailure(foreign, folder.home);
  assert.deepEqual(
    { code, hint, exitCode },
    { code: "DMM_TOOLS_MISSING", hint: "Run dmm-env setup.", exitCode: 3 },
  );
});
