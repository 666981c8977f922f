import type { Server } from "node:http";
import { readImageDigest } from "./image.ts";
import type { Logger } from "./logger.ts";

/** *serving* takes requests; *draining* finishes them; *closed* has let everything go. */
export type State = "starting" | "serving" | "draining" | "closed";

/** How long tunnels may take to end, in milliseconds. */
const tunnelEndMs = 1000;

export interface DrainSettings {
  readonly drainMs: number;
  readonly drainQuietMs: number;
}

/**
 * The life of one process: from the first configuration to the last answer.
 *
 * ECS takes a task out of the balancer before it sends SIGTERM, but answers already on their way, and balancers that
 * notice a little later, must find somebody: so the listener stays open until the line has been quiet.
 */
export class Lifecycle {
  #state: State = "starting";
  #lastRequestAt = 0;
  #running = 0;
  #connections = 0;
  /** How to end each tunnel that is open. */
  readonly #tunnels = new Set<() => void>();
  readonly #logger: Logger;
  readonly #drain: DrainSettings;
  readonly #missing = new Set<string>();
  readonly #releases: (() => Promise<void> | void)[] = [];

  constructor(logger: Logger, drain: DrainSettings) {
    this.#logger = logger;
    this.#drain = drain;
  }

  get state(): State {
    return this.#state;
  }

  /** Connections of clients, idle ones too. */
  get connections(): number {
    return this.#connections;
  }

  get running(): number {
    return this.#running;
  }

  /** For whoever asks whether requests can be taken, and why not. */
  get health(): { readonly state: State; readonly waitsFor: readonly string[] } {
    return { state: this.#state, waitsFor: [...this.#missing] };
  }

  /** Says that `what` is missing until it has come. */
  waitFor<T>(what: string, coming: Promise<T>): Promise<T> {
    this.#missing.add(what);
    coming.then(
      () => this.#missing.delete(what),
      () => {},
    );
    return coming;
  }

  /** WebSockets that are open; they are part of what runs, but never end by themselves. */
  get tunnels(): number {
    return this.#tunnels.size;
  }

  /** Counts a tunnel, which `end` can be asked to end; gives back what to call when it has ended. */
  openTunnel(end: () => void): () => void {
    const own = () => end();
    this.#tunnels.add(own);
    return () => this.#tunnels.delete(own);
  }

  /** Once serving, a lost store does not take the whole fleet out of the balancer: requests are answered one by one. */
  serve(): void {
    if (this.#state !== "starting") return;
    this.#state = "serving";
    const { user, system } = process.cpuUsage();
    const cpuMs = Math.round((user + system) / 1000);
    this.#logger.info({ cpuMs, image: readImageDigest() }, "serving");
  }

  countConnections(server: Server): void {
    server.on("connection", (socket) => {
      this.#connections++;
      socket.once("close", () => this.#connections--);
    });
  }

  begin(): void {
    this.#running++;
    this.#lastRequestAt = Date.now();
  }

  end(): void {
    this.#running--;
  }

  /** Called in reverse order once the last request has been answered. */
  onRelease(release: () => Promise<void> | void): void {
    this.#releases.push(release);
  }

  /** SIGTERM and SIGINT drain; a second one ends at once. */
  listenForSignals(server: Server): void {
    const onSignal = (signal: NodeJS.Signals) => {
      if (this.#state === "draining" || this.#state === "closed") {
        this.#logger.warn({ signal, running: this.#running }, "shutdown forced by a second signal");
        process.exit(1);
      }
      this.#logger.info({ signal, running: this.#running }, "draining");
      this.drain(server).then(
        () => process.exit(0),
        (error: unknown) => {
          this.#logger.error({ error }, "drain failed");
          process.exit(1);
        },
      );
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
    // A promise that nobody waited for harms one request at most.
    process.on("unhandledRejection", (error) => this.#logger.error({ err: error }, "unhandled rejection"));
    // After an exception that nobody caught, nothing is certain: finish what runs, and let a new process take over.
    process.on("uncaughtException", (error) => {
      this.#logger.fatal({ err: error }, "uncaught exception");
      if (this.#state === "draining" || this.#state === "closed") return;
      const exit = () => process.exit(1);
      this.drain(server).then(exit, exit);
    });
  }

  /** Stops accepting once the line is quiet, finishes what runs within the budget, and releases every store. */
  async drain(server: Server): Promise<void> {
    this.#state = "draining";
    const deadline = Date.now() + this.#drain.drainMs;
    // Half of the budget belongs to the requests that are already running.
    const quietUntil = Date.now() + this.#drain.drainMs / 2;
    this.#lastRequestAt = Date.now();
    await waitUntil(() => Date.now() - this.#lastRequestAt >= this.#drain.drainQuietMs, quietUntil);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const finished = await waitUntil(() => this.#running - this.tunnels === 0, deadline);
    if (!finished) this.#logger.warn({ running: this.#running }, "drain time limit exceeded");
    server.closeAllConnections();
    // Tunnels never end by themselves; what they were goes into the log as well.
    for (const end of this.#tunnels) end();
    if (await waitUntil(() => this.tunnels === 0, Date.now() + tunnelEndMs)) await closed;
    for (const release of this.#releases.reverse())
      await Promise.race([release(), new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
    this.#state = "closed";
    this.#logger.info("closed");
  }
}

async function waitUntil(condition: () => boolean, deadline: number): Promise<boolean> {
  while (!condition()) {
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
