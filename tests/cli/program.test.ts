import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { test } from "tap";
import { commands } from "../../cli/commands/index.ts";
import { buildProgram } from "../../cli/program.ts";
import { runCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

test("the help matches docs/commands.txt", async () => {
  using folder = new TemporaryHome();
  const pages: string[] = [];
  for (const args of [
    [],
    ...commands.map(({ name }) => [name]),
    ["access", "grant"],
    ["access", "revoke"],
    ["access", "list"],
    ["attestation", "check"],
  ]) {
    const { code, stdout } = await runCommandLine(folder.directory, ...args, "--help");
    assert.equal(code, 0, args.join(" "));
    pages.push(`$ dmm-env ${[...args, "--help"].join(" ")}\n\n${stdout}`);
  }
  const golden = readFileSync(join(import.meta.dirname, "..", "..", "docs", "commands.txt"), "utf8");
  assert.equal(pages.join("\n"), golden);
});

test("the list of commands repeats each command's own description", async () => {
  for (const { name, summary } of commands) {
    const program = await buildProgram([name]);
    const command = program.commands.find((one: Command) => one.name() === name);
    assert.equal(command?.description(), summary, name);
  }
});

test("invalid usage ends with 2, names the error and the help, and shows no stack", async () => {
  using folder = new TemporaryHome();
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /No command was given/],
    [["upp", "x"], /Unknown command 'upp' \(Did you mean up\?\)/],
    [["destroy", "x"], /Did you mean down\?/],
    [["verify"], /DMM_NAME_MISSING .*, and there are no environments/],
    [["down"], /DMM_NAME_MISSING/],
    [["access", "grant", "--for", "4h"], /Missing required argument 'insider'/],
    [["access", "revoke", "a", "b", "c"], /Too many arguments: 3/],
    [["up", "a", "b"], /Too many arguments/],
    [["up", "--fro", "4h", "feature-x"], /Unknown option '--fro' \(Did you mean --for\?\)/],
    [["up", "Feature"], /DMM_NAME_INVALID .*"Feature"/],
    [["up", "production"], /DMM_NAME_RESERVED/],
    [["up", "feature-x", "--for", "9d"], /DMM_DURATION_INVALID .*"9d".*to 7d/],
    [["up", "feature-x", "--target", "moon"], /'moon' is invalid\. Allowed choices are local, aws/],
    [["up", "feature-x", "--insiders", "everybody"], /DMM_NETWORKS_INVALID .*"everybody"/],
    [["up", "feature-x", "--target", "aws"], /DMM_NETWORKS_MISSING/],
    [["verify", "feature-x"], /DMM_ENVIRONMENT_UNKNOWN/],
    [["verify", "feature-x", "--profile", "huge"], /Allowed choices are short, full/],
    [["down", "feature-x"], /DMM_ENVIRONMENT_UNKNOWN/],
    [["status", "feature-x"], /DMM_ENVIRONMENT_UNKNOWN/],
    [["logs", "feature-x"], /DMM_ENVIRONMENT_UNKNOWN/],
    [["access", "grant", "feature-x", "jane"], /option '--for <duration>' not specified/],
    [["access", "grant", "feature-x", "jane"], /See dmm-env access grant --help/],
    [["verify", "feature-x", "--suite", "acess"], /DMM_VERIFY_UNKNOWN_SUITE[\s\S]*Did you mean access\?/],
    [["access", "list", "feature-x"], /DMM_ENVIRONMENT_UNKNOWN/],
  ];
  await Promise.all(
    cases.map(async ([args, message]) => {
      const { code, stdout, stderr } = await runCommandLine(folder.directory, ...args);
      assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
      assert.match(stderr, message, args.join(" "));
      assert.match(stderr, /\n→ /, args.join(" "));
      assert.doesNotMatch(stderr, /\n {4}at /);
      assert.equal(stdout, "");
    }),
  );
});

test("with --json there is exactly one object on stdout, also for invalid usage", async () => {
  using folder = new TemporaryHome();
  const cases: readonly (readonly [readonly string[], Record<string, unknown>])[] = [
    [["list", "--json"], { command: "list", exitCode: 0, error: null, environments: [], steps: [] }],
    [["--json", "list"], { command: "list", exitCode: 0, error: null, environments: [], steps: [] }],
  ];
  for (const [args, expected] of cases) {
    const { stdout } = await runCommandLine(folder.directory, ...args);
    assert.deepEqual(JSON.parse(stdout), expected);
  }
  for (const args of [
    ["down", "feature-x", "--json"],
    ["status", "--json"],
    ["nonsense", "--json"],
  ]) {
    const { code, stdout } = await runCommandLine(folder.directory, ...args);
    const { exitCode, error } = JSON.parse(stdout);
    assert.equal(exitCode, code);
    assert.deepEqual(Object.keys(error), ["code", "message", "hint"]);
  }
  const grant = await runCommandLine(folder.directory, "--json", "access", "grant", "jane.doe");
  assert.equal(JSON.parse(grant.stdout).command, "access grant");
  const long = JSON.parse((await runCommandLine(folder.directory, "up", "x".repeat(5_000), "--json")).stdout);
  assert.equal(long.error.code, "DMM_NAME_INVALID");
  assert.ok(long.error.message.length < 500, long.error.message);
});
