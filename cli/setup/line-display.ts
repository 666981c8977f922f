import { type Ending, renderElapsed, SetupDisplay, type ShownBundle } from "./setup-display.ts";

const heartbeatMs = 10_000;

/** One line when a bundle begins and ends, and one every ten seconds for each that is in progress. */
export class LineDisplay extends SetupDisplay {
  #heartbeat: NodeJS.Timeout | undefined;

  async end(): Promise<void> {
    clearInterval(this.#heartbeat);
  }

  protected begin(bundles: readonly ShownBundle[]): void {
    for (const { title } of bundles) this.reporter.note(`${title}: missing, downloading …`);
    this.#heartbeat = setInterval(() => {
      for (const bundle of this.unfinished) this.reporter.note(renderLine(bundle));
    }, heartbeatMs);
  }

  protected finish({ title }: ShownBundle, ending: Ending, after: string): void {
    const how =
      ending.kind === "obtained"
        ? `there after ${after}, ${ending.way}`
        : `failed after ${after}: ${ending.reason}`;
    this.reporter.note(`${title}: ${how}`);
  }
}

function renderLine(bundle: ShownBundle): string {
  const { title, detail, fraction } = bundle;
  const share = fraction === undefined ? "" : ` (${Math.floor(fraction * 100)}%)`;
  return `${title}: ${detail}${share}, ${renderElapsed(bundle)}`;
}
