import assert from "node:assert/strict";
import { resolve } from "node:path";
import { execaSync } from "execa";
import { test } from "tap";

const library = resolve(import.meta.dirname, "../../../gateway/oauth2/oidc-provider.ts");

/** Output of a program that loads the library like the gateway. */
function run(program: string): { output: string; errors: string } {
  const source = `const { loadLibrary } = await import(${JSON.stringify(library)});
    const { default: Provider, errors } = await loadLibrary();
    ${program}`;
  const done = execaSync(process.execPath, ["--input-type=module", "--eval", source], { reject: false });
  assert.equal(done.exitCode, 0, done.stderr);
  return { output: done.stdout, errors: done.stderr };
}

test("the library prints nothing about the runtime, and every other warning", async () => {
  assert.deepEqual(run(""), { output: "", errors: "" });
  const { output, errors } = run("new Provider('https://api.test');");
  assert.match(output + errors, /WARNING: quick start development-only signing keys/);
  assert.doesNotMatch(output + errors, /runtime/);
});

test("the loaded modules are those that the library's index exports", async () => {
  const { errors } = run(`
    const index = await import("oidc-provider");
    if (index.default !== Provider || index.errors !== errors) throw new Error("another one");`);
  // The index prints the warning: once it no longer does, it can be imported like any other module.
  if (process.release.lts === undefined) assert.match(errors, /Unsupported runtime/);
});
