import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { LineReporter } from "../../cli/report/lines.ts";
import { startWith } from "../../cli/report/steps.ts";

const steps = startWith<number>()
  .step(
    "run checks",
    async (before) => before + 1,
    () => false,
  )
  .step("go on", async (before) => before * 10);

test("a step that finishes without success is shown as failed, and the command continues", async () => {
  let text = "";
  const reporter = new LineReporter((line) => {
    text += line;
  });
  assert.equal(await reporter.run(steps, 1), 20);
  assert.match(text, /run checks: failed in 0\.\d s\n.*go on …\n.*go on: done in/);
  assert.equal(reporter.times.length, 2);
});

test("on a terminal such a step has no tick", async () => {
  const output = await runAtTerminal(`
    .step("run checks", async () => 1, () => false)
    .step("go on", async (before) => before + 1)`);
  const shown = output.stdout + output.stderr;
  assert.match(output.stdout, /\nlast 2, 2 times\n$/);
  assert.match(shown, /✖ run checks/);
  assert.doesNotMatch(shown, /✔ run checks/);
  assert.match(shown, /✔ go on/);
});

test("on a terminal a step that throws ends the list, and its error is the command's", async () => {
  const output = await runAtTerminal(`
    .step("first", async () => { throw new Error("no network"); })
    .step("never begun", async () => undefined)`);
  const shown = output.stdout + output.stderr;
  assert.match(output.stdout, /\nno network, 1 times\n$/);
  assert.match(shown, /✖ first/);
  assert.doesNotMatch(shown, /✔ never begun/);
});

/** Runs step lists with the reporter for terminals, in a separate process. */
async function runAtTerminal(steps: string) {
  const report = (name: string) =>
    JSON.stringify(join(import.meta.dirname, "..", "..", "cli", "report", name));
  const program = `
    const { TerminalReporter } = await import(${report("terminal.ts")});
    const { startWith } = await import(${report("steps.ts")});
    const reporter = new TerminalReporter();
    const last = await reporter.run(startWith()${steps}, undefined).then((last) => "last " + last, (error) => error.message);
    console.log(last + ", " + reporter.times.length + " times");
  `;
  return await execa(process.execPath, ["--input-type=module", "-e", program], {
    stdin: "ignore",
    stripFinalNewline: false,
  });
}
