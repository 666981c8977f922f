import type { Server } from "node:http";
import type { Socket } from "node:net";
import { readImageDigest } from "./image.ts";
import type { Logger } from "./logger.ts";

/** *serving* accepts requests; *draining* finishes them; *closed* has released everything. */
export type State = "starting" | "serving" | "draining" | "closed";

/** Time limit for tunnels to end, and then for the remaining connections to close, in milliseconds. */
const tunnelEndMs = 1000;
const connectionEndMs = 1000;

/** Time limit for each closer, in milliseconds. */
const closerMs = 1000;

export interface DrainSettings {
  readonly drainMs: number;
  readonly drainQuietMs: number;
}

/**
 * The life of one process: from the first configuration to the last response.
 *
 * ECS removes a task from the balancer before it sends SIGTERM, but requests in flight, and those of balancers
 * that notice later, must still be served: so the listener stays open until no request has come for a while.
 */
export class Lifecycle {
  #state: State = "starting";
  #lastRequestAt = 0;
  #running = 0;
  #connections = 0;
  /** How to end each open tunnel. */
  readonly #tunnels = new Set<() => void>();
  /** Connections that asked for an upgrade: the server no longer knows them. */
  readonly #upgraded = new Set<Socket>();
  readonly #logger: Logger;
  readonly #drain: DrainSettings;
  readonly #missing = new Set<string>();
  readonly #closers: (() => Promise<void> | void)[] = [];

  constructor(logger: Logger, drain: DrainSettings) {
    this.#logger = logger;
    this.#drain = drain;
  }

  get state(): State {
    return this.#state;
  }

  /** Connections of clients, including idle ones. */
  get connections(): number {
    return this.#connections;
  }

  get running(): number {
    return this.#running;
  }

  /** Whether requests can be served, and why not. */
  get health(): { readonly state: State; readonly waitsFor: readonly string[] } {
    return { state: this.#state, waitsFor: [...this.#missing] };
  }

  /** Reports `what` as missing until the promise settles. */
  waitFor<T>(what: string, coming: Promise<T>): Promise<T> {
    this.#missing.add(what);
    coming.then(
      () => this.#missing.delete(what),
      () => {},
    );
    return coming;
  }

  /** Open WebSockets; they count as running but do not end on their own. */
  get tunnels(): number {
    return this.#tunnels.size;
  }

  /** Closes this connection at the end of a drain: it asked for an upgrade, whether it gets one or not. */
  trackUpgrade(socket: Socket): void {
    this.#upgraded.add(socket);
    socket.once("close", () => this.#upgraded.delete(socket));
  }

  /** Counts a tunnel, which `end` closes; returns the function to call when it has ended. */
  openTunnel(end: () => void): () => void {
    const own = () => end();
    this.#tunnels.add(own);
    return () => this.#tunnels.delete(own);
  }

  /**
   * Once serving, a lost store does not remove the whole fleet from the balancer: each request gets its own
   * response.
   */
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

  /** Called in this order, one after the other, after the last response. */
  onClose(...closers: readonly (() => Promise<void> | void)[]): void {
    this.#closers.push(...closers);
  }

  /** SIGTERM and SIGINT drain; a second signal exits immediately. */
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
    // An unhandled rejection affects one request at most.
    process.on("unhandledRejection", (error) => this.#logger.error({ err: error }, "unhandled rejection"));
    // After an uncaught exception the state is unknown: finish running requests, and let a new process take over.
    process.on("uncaughtException", (error) => {
      this.#logger.fatal({ err: error }, "uncaught exception");
      if (this.#state === "draining" || this.#state === "closed") return;
      const exit = () => process.exit(1);
      this.drain(server).then(exit, exit);
    });
  }

  /**
   * Stops accepting once no requests arrive, finishes those in flight within the time limit, and closes every store.
   */
  async drain(server: Server): Promise<void> {
    this.#state = "draining";
    const deadline = Date.now() + this.#drain.drainMs;
    // Half of the time limit is reserved for requests in flight.
    const acceptUntil = Date.now() + this.#drain.drainMs / 2;
    this.#lastRequestAt = Date.now();
    await waitUntil(() => Date.now() - this.#lastRequestAt >= this.#drain.drainQuietMs, acceptUntil);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const finished = await waitUntil(() => this.#running - this.tunnels === 0, deadline);
    if (!finished) this.#logger.warn({ running: this.#running }, "drain time limit exceeded");
    server.closeAllConnections();
    // Tunnels do not end on their own; they are logged as well.
    for (const end of this.#tunnels) end();
    await waitUntil(() => this.tunnels === 0, Date.now() + tunnelEndMs);
    // Handshakes without a response, other responses to them, and tunnels that did not end.
    for (const socket of this.#upgraded) socket.destroy();
    await endWithin(closed, connectionEndMs);
    for (const close of this.#closers) await endWithin(close(), closerMs);
    this.#state = "closed";
    this.#logger.info("closed");
  }
}

async function endWithin(ending: Promise<void> | void, limitMs: number): Promise<void> {
  await Promise.race([ending, new Promise((resolve) => setTimeout(resolve, limitMs).unref())]);
}

async function waitUntil(condition: () => boolean, deadline: number): Promise<boolean> {
  while (!condition()) {
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
