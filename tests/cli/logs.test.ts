import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "tap";
import { environmentFolder } from "../../cli/home.ts";
import { findLogs, selectLogs } from "../../cli/logs/log-files.ts";
import { makeRecord } from "./made-record.ts";
import { startCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";

/** An environment of which only logs exist. */
function writeLogs(folder: TemporaryHome, logs: Readonly<Record<string, string>>) {
  makeRecord(folder.home, name);
  const { region } = environmentFolder(folder.home, name);
  const fileOf = (part: string) => join(region, "logs", `${part}.log`);
  for (const [part, text] of Object.entries(logs)) {
    mkdirSync(dirname(fileOf(part)), { recursive: true });
    writeFileSync(fileOf(part), text);
  }
  return fileOf;
}

const tasks = {
  "task/feature-x-gateway/aa": "one\ntwo\n",
  "task/feature-x-gateway/bb": "three\n",
  "task/feature-x-admin/cc": "four\n",
  "haproxy/feature-x-ingress@1": "five\n",
};

test("a log is named without its environment, and a prefix of its name is enough", async () => {
  using folder = new TemporaryHome();
  writeLogs(folder, tasks);
  const all = findLogs(environmentFolder(folder.home, name), name);
  const parts = (part?: string) => selectLogs(all, part).map((log) => log.part);
  assert.deepEqual(parts("task/gateway"), ["task/gateway/aa", "task/gateway/bb"]);
  assert.deepEqual(parts("task/gateway/bb"), ["task/gateway/bb"]);
  assert.deepEqual(parts("haproxy"), ["haproxy/ingress@1"]);
  assert.equal(parts().length, 4);
});

test("with --json and --follow stdout is JSON lines throughout, and later tasks are followed", async () => {
  using folder = new TemporaryHome();
  const fileOf = writeLogs(folder, tasks);
  const command = startCommandLine(folder.directory, "--json", "logs", name, "task/gateway", "--follow");
  const lines: { component?: string; line?: string; exitCode?: number }[] = [];
  let rest = "";
  const shown = (line: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (lines.some((one) => one.line === line)) resolve();
      };
      command.process.stdout?.on("data", look);
      look();
    });
  command.process.stdout?.on("data", (chunk: Buffer) => {
    const whole = (rest + chunk).split("\n");
    rest = whole.pop() ?? "";
    lines.push(...whole.map((line) => JSON.parse(line)));
  });
  await shown("three");
  appendFileSync(fileOf("task/feature-x-gateway/aa"), "half of a line");
  writeFileSync(fileOf("task/feature-x-gateway/dd"), "first words\n");
  await shown("first words");
  appendFileSync(fileOf("task/feature-x-gateway/aa"), ", and the rest\n");
  await shown("half of a line, and the rest");
  command.process.kill("SIGINT");
  const { code } = await command.ended;
  assert.equal(code, 130);
  assert.deepEqual(
    lines.slice(0, 4).map(({ component, line }) => `${component} ${line}`),
    ["task/gateway/aa one", "task/gateway/aa two", "task/gateway/bb three", "task/gateway/dd first words"],
  );
  assert.equal(lines.at(-1)?.exitCode, 130);
  assert.equal(rest, "");
});

test("--follow ends when its reader is gone", async () => {
  using folder = new TemporaryHome();
  const fileOf = writeLogs(folder, tasks);
  const command = startCommandLine(folder.directory, "logs", name, "--follow");
  await new Promise((resolve) => command.process.stdout?.once("data", resolve));
  command.process.stdout?.destroy();
  const writing = setInterval(() => appendFileSync(fileOf("task/feature-x-gateway/aa"), "more\n"), 50);
  try {
    assert.equal((await command.ended).code, 0);
  } finally {
    clearInterval(writing);
  }
});
