import { Listr, ListrLogger, PRESET_TIMER, ProcessOutput } from "listr2";
import type { Reporter, StepTime } from "./reporter.ts";
import type { Step, Steps } from "./steps.ts";

/** Makes listr2 show a step as failed that did not throw. */
class StepFailed extends Error {
  constructor(title: string) {
    super(`${title}: failed`);
    this.name = "StepFailed";
  }
}

/** The line that listr2 shows for one step. */
interface Line {
  readonly title: string;
  /** Resolves once listr2 shows the step as running. */
  readonly begun: PromiseWithResolvers<{ output: string }>;
  readonly ended: PromiseWithResolvers<void>;
}

/** For interactive terminals: a live list of all steps with their times and the current step's progress. */
export class TerminalReporter implements Reporter {
  readonly times: StepTime[] = [];

  async run<First, Last>(steps: Steps<First, Last>, first: First): Promise<Last> {
    const lines = steps.titles.map(
      (title): Line => ({ title, begun: Promise.withResolvers(), ended: Promise.withResolvers() }),
    );
    // What a step throws is the command's own error; here it only ends the list.
    const shown = show(lines).catch(() => undefined);
    let ran = 0;
    try {
      return await steps.run(first, (step, before) => this.#runStep(step, before, lines[ran++]!));
    } finally {
      await shown;
    }
  }

  note(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  async #runStep<Before, After>(step: Step<Before, After>, before: Before, line: Line): Promise<After> {
    const task = await line.begun.promise;
    const start = performance.now();
    try {
      const after = await step.run(before, (detail) => {
        task.output = detail;
      });
      if (step.succeeded(after)) line.ended.resolve();
      else line.ended.reject(new StepFailed(step.title));
      return after;
    } catch (error) {
      line.ended.reject(error);
      throw error;
    } finally {
      const seconds = Number(((performance.now() - start) / 1000).toFixed(3));
      this.times.push({ title: step.title, seconds });
    }
  }
}

/** Shows the lines until the last has ended, or one with an error. After a step that failed, the others are a new list. */
async function show(lines: readonly Line[]): Promise<void> {
  let begun = 0;
  const list = new Listr(
    lines.map((line) => ({
      title: line.title,
      task: (_: unknown, task: { output: string }) => {
        begun += 1;
        line.begun.resolve(task);
        return line.ended.promise;
      },
    })),
    {
      concurrent: false,
      // The command handles Ctrl-C: it may have to tear something down.
      registerSignalListeners: false,
      rendererOptions: {
        timer: PRESET_TIMER,
        showErrorMessage: false,
        collapseErrors: false,
        logger: new ListrLogger({
          processOutput: new ProcessOutput(process.stderr, process.stderr, { leaveEmptyLine: false }),
        }),
      },
    },
  );
  await list.run().catch(async (error: unknown) => {
    if (!(error instanceof StepFailed)) throw error;
    if (begun < lines.length) await show(lines.slice(begun));
  });
}
