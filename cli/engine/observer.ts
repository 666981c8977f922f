import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";
import type { Progress } from "../report/steps.ts";

/** The stack itself is the root of its resources, and is not counted. */
const stackType = "pulumi:pulumi:Stack";

/** An error that the engine reported, with its resource. */
export interface EngineProblem {
  /** Empty for an error of the run as a whole. */
  readonly urn: string;
  readonly message: string;
}

/** The result of one engine run, collected from its events. */
export interface Observation {
  /** Resources that were created, changed, deleted or unchanged. */
  readonly done: number;
  readonly changes: Readonly<Record<string, number>>;
  readonly problems: readonly EngineProblem[];
  /** The stack's outputs, once the program has returned them. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Observes a run. `expected` is the number of resources in the last run, if known. */
export class EngineObserver {
  readonly #progress: Progress;
  readonly #expected: number;
  readonly #problems: EngineProblem[] = [];
  readonly #done = new Set<string>();
  readonly #started = new Set<string>();
  #changes: Readonly<Record<string, number>> = {};
  #outputs: Readonly<Record<string, unknown>> | undefined;

  constructor(progress: Progress, expected = 0) {
    this.#progress = progress;
    this.#expected = expected;
  }

  observe(event: EngineEvent): void {
    const begun = event.resourcePreEvent?.metadata;
    if (begun && begun.type !== stackType) this.#started.add(begun.urn);
    if (event.resOutputsEvent) this.#finish(event.resOutputsEvent.metadata);
    if (event.summaryEvent) this.#changes = event.summaryEvent.resourceChanges as Record<string, number>;
    const diagnostic = event.diagnosticEvent;
    if (diagnostic?.severity === "error") {
      this.#problems.push({ urn: diagnostic.urn ?? "", message: plain(diagnostic.message) });
    }
  }

  result(): Observation {
    return {
      done: this.#done.size,
      changes: this.#changes,
      problems: this.#problems,
      ...(this.#outputs && { outputs: this.#outputs }),
    };
  }

  #finish(metadata: NonNullable<EngineEvent["resOutputsEvent"]>["metadata"]): void {
    if (metadata.type === stackType) {
      const outputs = metadata.new?.outputs;
      if (outputs !== undefined && Object.keys(outputs).length > 0) this.#outputs = outputs;
      return;
    }
    this.#done.add(metadata.urn);
    const total = Math.max(this.#expected, this.#started.size);
    this.#progress(`${this.#done.size} of ${total} resources`);
  }
}

/** Without the engine's colour tags (`<{%fg 1%}>`). */
function plain(message: string): string {
  return message.replace(/<\{%.*?%\}>/g, "").trim();
}
