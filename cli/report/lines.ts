import type { Reporter, StepTime } from "./reporter.ts";
import type { Progress, Step, Steps } from "./steps.ts";

/** Interval at which a long step reports that it is running. */
const heartbeatMs = 5_000;

/**
 * For CI and files: one timestamped line per event, and a heartbeat in long steps that states what they wait for.
 */
export class LineReporter implements Reporter {
  readonly times: StepTime[] = [];
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  run<First, Last>(steps: Steps<First, Last>, first: First): Promise<Last> {
    return steps.run(first, (step, before) => this.#runStep(step, before));
  }

  note(line: string): void {
    this.#write(`${clock()} ${line}\n`);
  }

  async #runStep<Before, After>(step: Step<Before, After>, before: Before): Promise<After> {
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    let detail = "";
    const progress: Progress = (text) => {
      detail = text;
    };
    this.note(`${step.title} …`);
    const heartbeat = setInterval(() => {
      this.note(`${step.title} … ${seconds().toFixed(0)} s${detail && `, ${detail}`}`);
    }, heartbeatMs);
    try {
      const after = await step.run(before, progress);
      const outcome = step.succeeded(after) ? "done" : "failed";
      this.note(`${step.title}: ${outcome} in ${seconds().toFixed(1)} s${detail && `, ${detail}`}`);
      return after;
    } catch (error) {
      this.note(`${step.title}: failed after ${seconds().toFixed(1)} s`);
      throw error;
    } finally {
      clearInterval(heartbeat);
      this.times.push({ title: step.title, seconds: Number(seconds().toFixed(3)) });
    }
  }
}

function clock(): string {
  return new Date().toISOString().slice(11, 19);
}
