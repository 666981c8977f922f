import { chalkStderr as chalk } from "chalk";
import { Listr, ListrLogger, ProcessOutput } from "listr2";
import type { ObtainEvent } from "../../tools/obtain.ts";
import type { Reporter } from "../report/reporter.ts";
import { renderDuration, renderWaiting, type SetupDisplay } from "./setup-display.ts";

const barWidth = 24;
const redrawMs = 500;

interface Bar {
  readonly title: string;
  readonly start: number;
  readonly ended: PromiseWithResolvers<void>;
  detail: string;
  fraction?: number;
  /** Where listr2 shows it. */
  task?: { title: string };
}

/**
 * A live line for each bundle, with a progress bar if the size is known, the current action, and the elapsed time.
 */
export class TerminalDisplay implements SetupDisplay {
  readonly #reporter: Reporter;
  readonly #bars = new Map<string, Bar>();
  #list: Promise<unknown> | undefined;
  #redraw: NodeJS.Timeout | undefined;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  observe(event: ObtainEvent): void {
    if (event.kind === "waiting") this.#reporter.note(renderWaiting(event));
    else if (event.kind === "planned") this.#begin(event);
    else this.#update(event);
  }

  async end(): Promise<void> {
    clearInterval(this.#redraw);
    for (const { ended } of this.#bars.values()) ended.resolve();
    await this.#list;
  }

  #update(event: Exclude<ObtainEvent, { kind: "waiting" | "planned" }>): void {
    const bar = this.#bars.get(event.name);
    if (bar === undefined) return;
    if (event.kind === "progress") {
      bar.detail = event.detail;
      if (event.fraction === undefined) delete bar.fraction;
      else bar.fraction = event.fraction;
      return;
    }
    const after = renderDuration(performance.now() - bar.start);
    this.#bars.delete(event.name);
    if (bar.task) {
      bar.task.title = `${bar.title} ${chalk.dim(event.kind === "obtained" ? `${after}, ${event.way}` : event.reason)}`;
    }
    if (event.kind === "obtained") bar.ended.resolve();
    else bar.ended.reject(new Error(event.reason));
  }

  #begin(event: Extract<ObtainEvent, { kind: "planned" }>): void {
    for (const { name, title } of event.bundles) {
      const bar: Bar = { title, start: performance.now(), ended: Promise.withResolvers<void>(), detail: "" };
      // It may fail before listr2 awaits it.
      bar.ended.promise.catch(() => undefined);
      this.#bars.set(name, bar);
    }
    const width = Math.max(...event.bundles.map(({ title }) => title.length));
    const list = new Listr(
      [...this.#bars.values()].map((bar) => ({
        title: bar.title,
        task: (_: unknown, task: { title: string }) => {
          bar.task = task;
          return bar.ended.promise;
        },
      })),
      {
        concurrent: true,
        exitOnError: false,
        // The command handles Ctrl-C.
        registerSignalListeners: false,
        rendererOptions: {
          showErrorMessage: false,
          collapseErrors: false,
          logger: new ListrLogger({
            processOutput: new ProcessOutput(process.stderr, process.stderr, { leaveEmptyLine: false }),
          }),
        },
      },
    );
    this.#list = list.run();
    this.#redraw = setInterval(() => {
      for (const bar of this.#bars.values()) if (bar.task) bar.task.title = renderBar(bar, width);
    }, redrawMs);
  }
}

function renderBar(bar: Bar, width: number): string {
  const elapsed = renderDuration(performance.now() - bar.start);
  const filled = Math.round((bar.fraction ?? 0) * barWidth);
  const line = chalk.cyan("━".repeat(filled)) + chalk.dim("─".repeat(barWidth - filled));
  const share =
    bar.fraction === undefined ? "    " : `${String(Math.floor(bar.fraction * 100)).padStart(3)}%`;
  return `${bar.title.padEnd(width)} ${line} ${share}  ${bar.detail} ${chalk.dim(elapsed)}`;
}
