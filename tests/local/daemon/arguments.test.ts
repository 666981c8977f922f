import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { parseArguments } from "../../../local/daemon/arguments.ts";
import { prepareDirectory, runRegion, serveArgs } from "./started-daemon.ts";

test("invalid arguments are refused with the value and the usage, by exit code 2", async () => {
  const refused = await runRegion(["serve", "--directory", "/tmp/x", "--network", "10.0"]);
  const failure = JSON.parse(refused.stderr) as { code: string; message: string; hint: string };
  assert.equal(refused.code, 2);
  assert.equal(failure.code, "DMM_LOCAL_ARGUMENT");
  assert.match(failure.message, /--network is 10\.0; it must be 127\.1 to 127\.254/);
  assert.match(failure.hint, /^Usage: serve /);
});

test("every argument is validated", async () => {
  using prepared = prepareDirectory();
  const right = serveArgs(prepared, "127.230");
  assert.equal(parseArguments(right).command, "serve");
  const change = (name: string, value: string) =>
    right.map((word, index) => (right[index - 1] === name ? value : word));
  const badJson = join(prepared.directory, "..", "bad.json");
  writeFileSync(badJson, "{");
  const badImages = join(prepared.directory, "..", "bad-images.json");
  const declaration = { environment: {}, workingDirectory: "/app" };
  const image = { entrypoint: ["/bin/true"], declaration, content: { folder: "/" } };
  writeFileSync(badImages, JSON.stringify({ "app/gateway": image }));
  const silentImages = join(prepared.directory, "..", "silent-images.json");
  writeFileSync(silentImages, JSON.stringify({ "app/gateway": { ...image, declaration: undefined } }));
  for (const [args, message] of [
    [[], /command is missing/],
    [["start"], /command is start/],
    [["sweep"], /--directory is missing/],
    [[...right, "--verbose"], /--verbose/],
    [change("--network", "127.255"), /127\.255/],
    [change("--network", "127.0"), /127\.0/],
    [change("--region", "Europe"), /Europe/],
    [change("--tools", "/nowhere.json"), /\/nowhere\.json cannot be read/],
    [change("--images", badJson), /bad\.json cannot be read/],
    [change("--images", badImages), /content, with folder and workspace, for app\/gateway/],
    [
      change("--images", silentImages),
      /declaration, with environment and workingDirectory, for app\/gateway/,
    ],
    [[...right, "--purpose", "fun"], /--purpose is fun/],
  ] as const) {
    assert.throws(() => parseArguments(args), { code: "DMM_LOCAL_ARGUMENT", message });
  }
});

test("a missing tool is named, with the way to get it", async () => {
  using prepared = prepareDirectory();
  writeFileSync(prepared.toolsFile, JSON.stringify({ node: { command: "node", environment: {} } }));
  assert.throws(() => parseArguments(serveArgs(prepared, "127.230")), {
    code: "DMM_LOCAL_TOOL_MISSING",
    message: /haproxy, redis-server, mariadbd, mariadb-install-db, moto/,
    hint: /dmm-env setup/,
  });
});
