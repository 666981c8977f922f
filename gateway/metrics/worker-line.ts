import { isWorker } from "../siblings.ts";
import type { Family } from "./family.ts";

/** From a worker to its parent process. */
export type FromWorker =
  /** It can be queried from now on. */
  | { readonly kind: "metrics-ready" }
  /** A client scraped it, and it asks for the whole task's metrics. */
  | { readonly kind: "metrics-scrape"; readonly id: number; readonly families: readonly Family[] }
  | { readonly kind: "metrics-told"; readonly id: string; readonly families: readonly Family[] }
  /** It ends, and these are its last values. */
  | { readonly kind: "metrics-last"; readonly families: readonly Family[] };

/** From the parent process to a worker. */
export type ToWorker =
  | { readonly kind: "metrics-ask"; readonly id: string }
  | { readonly kind: "metrics-text"; readonly id: number; readonly text: string };

/** Longer than the parent waits for the workers, in milliseconds. */
const scrapeMs = 2000;

/** A worker's channel to its parent process, which turns a scrape of one worker into one of all. */
export class WorkerLine {
  readonly #collect: () => readonly Family[];
  readonly #waiting = new Map<number, (text: string | undefined) => void>();
  #counter = 0;

  private constructor(collect: () => readonly Family[]) {
    this.#collect = collect;
    process.on("message", (message: ToWorker) => {
      if (message.kind === "metrics-ask") send({ kind: "metrics-told", id: message.id, families: collect() });
      if (message.kind === "metrics-text") this.#waiting.get(message.id)?.(message.text);
    });
    // The channel must not keep a finished worker alive.
    process.channel?.unref();
    send({ kind: "metrics-ready" });
  }

  /** Absent in a gateway without workers. */
  static open(collect: () => readonly Family[]): WorkerLine | undefined {
    return isWorker() && process.send !== undefined ? new WorkerLine(collect) : undefined;
  }

  /** The metrics of the whole task; nothing when the parent does not respond. */
  async scrape(): Promise<string | undefined> {
    const id = ++this.#counter;
    const text = await new Promise<string | undefined>((resolve) => {
      const timer = setTimeout(resolve, scrapeMs, undefined);
      this.#waiting.set(id, (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      send({ kind: "metrics-scrape", id, families: this.#collect() });
    });
    this.#waiting.delete(id);
    return text;
  }

  /** Sends the last values, which would otherwise be lost with this process. */
  async leave(): Promise<void> {
    await new Promise<void>((resolve) => {
      send({ kind: "metrics-last", families: this.#collect() }, resolve);
    });
  }
}

/** If the parent is gone there is no response, and a scrape ends at its time limit. */
function send(message: FromWorker, done: () => void = () => {}): void {
  if (process.connected) process.send!(message, undefined, undefined, () => done());
  else done();
}
