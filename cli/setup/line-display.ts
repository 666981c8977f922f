import type { ObtainEvent } from "../../tools/obtain.ts";
import type { Reporter } from "../report/reporter.ts";
import { renderDuration, renderWaiting, type SetupDisplay } from "./setup-display.ts";

const heartbeatMs = 10_000;

interface Line {
  readonly title: string;
  readonly start: number;
  detail: string;
}

/** One line when a bundle begins and ends, and one every ten seconds while it is in progress. */
export class LineDisplay implements SetupDisplay {
  readonly #reporter: Reporter;
  readonly #lines = new Map<string, Line>();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  observe(event: ObtainEvent): void {
    if (event.kind === "waiting") this.#reporter.note(renderWaiting(event));
    else if (event.kind === "planned") this.#begin(event);
    else this.#update(event);
  }

  async end(): Promise<void> {
    clearInterval(this.#heartbeat);
  }

  #update(event: Exclude<ObtainEvent, { kind: "waiting" | "planned" }>): void {
    const line = this.#lines.get(event.name);
    if (line === undefined) return;
    const after = renderDuration(performance.now() - line.start);
    if (event.kind === "progress") {
      const share = event.fraction === undefined ? "" : ` (${Math.floor(event.fraction * 100)}%)`;
      line.detail = `${event.detail}${share}`;
      return;
    }
    this.#lines.delete(event.name);
    const how =
      event.kind === "obtained"
        ? `there after ${after}, ${event.way}`
        : `failed after ${after}: ${event.reason}`;
    this.#reporter.note(`${line.title}: ${how}`);
  }

  #begin(event: Extract<ObtainEvent, { kind: "planned" }>): void {
    for (const { name, title } of event.bundles) {
      this.#lines.set(name, { title, start: performance.now(), detail: "" });
      this.#reporter.note(`${title}: missing, downloading …`);
    }
    this.#heartbeat = setInterval(() => {
      for (const { title, start, detail } of this.#lines.values()) {
        this.#reporter.note(`${title}: ${detail}, ${renderDuration(performance.now() - start)}`);
      }
    }, heartbeatMs);
  }
}
