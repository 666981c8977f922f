import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { LineReporter } from "../../cli/report/lines.ts";

const steps = [
  { title: "run checks", run: async () => "failed" as const },
  { title: "go on", run: async () => undefined },
];

test("a step that finishes without success is shown as failed, and the command continues", async () => {
  let text = "";
  const reporter = new LineReporter((line) => {
    text += line;
  });
  await reporter.run(steps, {});
  assert.match(text, /run checks: failed in 0\.\d s\n.*go on …\n.*go on: done in/);
  assert.equal(reporter.times.length, 2);
});

test("on a terminal such a step has no tick", async () => {
  const file = JSON.stringify(join(import.meta.dirname, "..", "..", "cli", "report", "terminal.ts"));
  const program = `
    const { TerminalReporter } = await import(${file});
    const reporter = new TerminalReporter();
    await reporter.run([
      { title: "run checks", run: async () => "failed" },
      { title: "go on", run: async () => undefined },
    ], {});
    console.log(reporter.times.length);
  `;
  const output = await execa(process.execPath, ["--input-type=module", "-e", program], {
    stdin: "ignore",
    stripFinalNewline: false,
  });
  const shown = output.stdout + output.stderr;
  assert.match(output.stdout, /\n2\n$/);
  assert.match(shown, /✖ run checks/);
  assert.doesNotMatch(shown, /✔ run checks/);
  assert.match(shown, /✔ go on/);
});
