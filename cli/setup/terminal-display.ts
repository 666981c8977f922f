import { chalkStderr as chalk } from "chalk";
import { Listr, ListrLogger, ProcessOutput } from "listr2";
import { type Ending, renderElapsed, SetupDisplay, type ShownBundle } from "./setup-display.ts";

const barWidth = 24;
const redrawMs = 500;

/** The line of one bundle. */
interface Line {
  readonly ended: PromiseWithResolvers<void>;
  /** Where listr2 shows it. */
  task?: { title: string };
}

/**
 * A live line for each bundle, with a progress bar if the size is known, the current action, and the elapsed time.
 */
export class TerminalDisplay extends SetupDisplay {
  readonly #lines = new Map<string, Line>();
  #list: Promise<unknown> | undefined;
  #redraw: NodeJS.Timeout | undefined;

  async end(): Promise<void> {
    clearInterval(this.#redraw);
    for (const { ended } of this.#lines.values()) ended.resolve();
    await this.#list;
  }

  protected begin(bundles: readonly ShownBundle[]): void {
    const width = Math.max(...bundles.map(({ title }) => title.length));
    this.#list = new Listr(
      bundles.map((bundle) => this.#createTask(bundle)),
      {
        concurrent: true,
        exitOnError: false,
        // Ctrl-C belongs to the command.
        registerSignalListeners: false,
        rendererOptions: {
          showErrorMessage: false,
          collapseErrors: false,
          logger: new ListrLogger({
            processOutput: new ProcessOutput(process.stderr, process.stderr, { leaveEmptyLine: false }),
          }),
        },
      },
    ).run();
    this.#redraw = setInterval(() => {
      for (const bundle of this.unfinished) this.#show(bundle, renderBar(bundle, width));
    }, redrawMs);
  }

  protected finish(bundle: ShownBundle, ending: Ending, after: string): void {
    const how = ending.kind === "obtained" ? `${after}, ${ending.way}` : ending.reason;
    this.#show(bundle, `${bundle.title} ${chalk.dim(how)}`);
    const ended = this.#lines.get(bundle.name)?.ended;
    if (ending.kind === "obtained") ended?.resolve();
    else ended?.reject(new Error(ending.reason));
  }

  #createTask({ name, title }: ShownBundle) {
    const line: Line = { ended: Promise.withResolvers<void>() };
    // It may fail before listr2 awaits it.
    line.ended.promise.catch(() => undefined);
    this.#lines.set(name, line);
    return {
      title,
      task: (_: unknown, task: { title: string }) => {
        line.task = task;
        return line.ended.promise;
      },
    };
  }

  #show({ name }: ShownBundle, text: string): void {
    const task = this.#lines.get(name)?.task;
    if (task !== undefined) task.title = text;
  }
}

function renderBar(bundle: ShownBundle, width: number): string {
  const { title, detail, fraction } = bundle;
  const filled = Math.round((fraction ?? 0) * barWidth);
  const line = chalk.cyan("━".repeat(filled)) + chalk.dim("─".repeat(barWidth - filled));
  const share = fraction === undefined ? "    " : `${String(Math.floor(fraction * 100)).padStart(3)}%`;
  return `${title.padEnd(width)} ${line} ${share}  ${detail} ${chalk.dim(renderElapsed(bundle))}`;
}
