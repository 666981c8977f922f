import type { ObtainEvent } from "../../tools/obtain.ts";
import type { Reporter } from "../report/reporter.ts";

type Planned = Extract<ObtainEvent, { kind: "planned" }>;
/** Result of obtaining a bundle. */
export type Ending = Extract<ObtainEvent, { kind: "obtained" | "failed" }>;

/** A bundle that is being obtained. */
export interface ShownBundle {
  readonly name: Ending["name"];
  readonly title: string;
  /** On the clock of `performance.now()`, in milliseconds. */
  readonly start: number;
  /** The current action. */
  detail: string;
  /** From 0 to 1, if the total is known. */
  fraction?: number;
}

/** Shows the progress of obtaining tools. Tracks the state of each bundle; subclasses draw it. */
export abstract class SetupDisplay {
  protected readonly reporter: Reporter;
  readonly #bundles = new Map<string, ShownBundle>();

  constructor(reporter: Reporter) {
    this.reporter = reporter;
  }

  observe(event: ObtainEvent): void {
    if (event.kind === "waiting") this.reporter.note(renderWaiting(event));
    else if (event.kind === "planned") this.#plan(event);
    else this.#update(event);
  }

  /** Resolves when everything is shown. */
  abstract end(): Promise<void>;

  /** All bundles are about to be obtained. */
  protected abstract begin(bundles: readonly ShownBundle[]): void;

  /** A bundle was obtained or not, after so much time: `2 m 03 s`. */
  protected abstract finish(bundle: ShownBundle, ending: Ending, after: string): void;

  /** Bundles in progress. */
  protected get unfinished(): readonly ShownBundle[] {
    return [...this.#bundles.values()];
  }

  #plan({ bundles }: Planned): void {
    for (const { name, title } of bundles)
      this.#bundles.set(name, { name, title, start: performance.now(), detail: "" });
    this.begin(this.unfinished);
  }

  #update(event: Exclude<ObtainEvent, { kind: "waiting" | "planned" }>): void {
    const bundle = this.#bundles.get(event.name);
    if (bundle === undefined) return;
    if (event.kind === "progress") {
      bundle.detail = event.detail;
      if (event.fraction === undefined) delete bundle.fraction;
      else bundle.fraction = event.fraction;
      return;
    }
    this.#bundles.delete(event.name);
    this.finish(bundle, event, renderElapsed(bundle));
  }
}

/** The time since a bundle was begun: `2 m 03 s`, `41 s`. */
export function renderElapsed({ start }: ShownBundle): string {
  const seconds = Math.floor((performance.now() - start) / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, "0")} s`;
}

/** `waiting for process 4711, which obtains tools since 13:20:01`. */
function renderWaiting({ holder }: Extract<ObtainEvent, { kind: "waiting" }>): string {
  const since = /T(\d\d:\d\d:\d\d)/.exec(holder.since)?.[1] ?? holder.since;
  return `waiting for process ${holder.pid}, which obtains tools since ${since}`;
}
