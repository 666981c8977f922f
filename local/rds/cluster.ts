import { setTimeout as delay } from "node:timers/promises";
import type { Region } from "../region.ts";
import type { DatabaseEndpoints } from "./endpoints.ts";
import type { ClusterSettings, DatabaseInstance } from "./instance.ts";
import { applyReceived, becomeWriter, follow, stopReceiving } from "./replication.ts";
import { watchWriter } from "./writer-watch.ts";

const retryAfterMs = 1000;

/** One writer and any number of readers; a new writer is chosen the moment that the writer's process ends. */
export class DatabaseCluster {
  readonly region: Region;
  readonly id: string;
  readonly settings: ClusterSettings;
  readonly endpoints: DatabaseEndpoints;
  readonly instances = new Map<string, DatabaseInstance>();
  /** Statements that a new cluster's first writer runs: accounts and the first schema. */
  readonly #firstStatements: readonly string[];
  /** Called when the writer changes. */
  readonly #onWriter: () => void;
  #writer: DatabaseInstance | undefined;
  /** Instances that perform their role: the writer, and readers that follow it. */
  readonly #inRole = new Set<DatabaseInstance>();
  #writerReady: Promise<void> = Promise.resolve();
  #turn: Promise<unknown> = Promise.resolve();
  readonly #endWatch: () => void;
  #ended = false;

  constructor(
    region: Region,
    plan: {
      readonly id: string;
      readonly settings: ClusterSettings;
      readonly endpoints: DatabaseEndpoints;
      readonly firstStatements: readonly string[];
      readonly onWriter: () => void;
    },
  ) {
    this.region = region;
    this.id = plan.id;
    this.settings = plan.settings;
    this.endpoints = plan.endpoints;
    this.#firstStatements = plan.firstStatements;
    this.#onWriter = plan.onWriter;
    // While roles change, a missed health check means nothing.
    this.#endWatch = watchWriter(() =>
      this.#writer && this.#inRole.has(this.#writer) ? this.#writer : undefined,
    );
  }

  get writer(): DatabaseInstance | undefined {
    return this.#writer;
  }

  /** True for the writer and for a reader that follows it. */
  isInRole(instance: DatabaseInstance): boolean {
    return instance.process !== undefined && this.#inRole.has(instance);
  }

  /** Starts a new instance; the first of a cluster becomes its writer, as on Aurora. */
  async add(instance: DatabaseInstance): Promise<void> {
    const isFirst = this.#writer === undefined;
    await this.#bringUp(instance, isFirst, async () => {
      await instance.reset();
      await instance.start(isFirst ? "MASTER" : "SLAVE");
    });
  }

  /** Starts an instance with its existing data, in its previous role. */
  async resume(instance: DatabaseInstance, wasWriter: boolean): Promise<void> {
    await this.#bringUp(instance, wasWriter, () => instance.start(wasWriter ? "MASTER" : "SLAVE"));
  }

  /** Removes an instance permanently; if it was the writer, another is promoted. */
  async remove(name: string): Promise<void> {
    const instance = this.instances.get(name);
    if (!instance) return;
    this.instances.delete(name);
    this.#inRole.delete(instance);
    instance.onExit = undefined;
    const wasWriter = this.#writer === instance;
    if (wasWriter) this.#writer = undefined;
    await Promise.all([instance.remove(), this.#showEndpoints()]);
    if (wasWriter && this.instances.size > 0) void this.#inTurn(() => this.#promote());
  }

  /** Ends everything permanently. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#endWatch();
    await Promise.all([...this.instances.values()].map((instance) => instance.remove()));
    this.instances.clear();
    await this.endpoints.remove();
  }

  async #bringUp(instance: DatabaseInstance, asWriter: boolean, start: () => Promise<void>): Promise<void> {
    this.instances.set(instance.name, instance);
    instance.onExit = () => void this.#recover(instance);
    if (asWriter) {
      this.#writer = instance;
      this.#writerReady = start().then(async () => {
        await instance.query(...becomeWriter, ...this.#firstStatements);
        this.#inRole.add(instance);
      });
      await this.#writerReady;
    } else {
      await start();
      await this.#writerReady;
      await this.#inTurn(() => this.#followOrRebuild(instance));
    }
    await this.#showEndpoints();
  }

  /** An instance's process is gone: another is promoted if it was the writer, and it returns as a reader. */
  async #recover(instance: DatabaseInstance): Promise<void> {
    this.#inRole.delete(instance);
    if (this.#isGone(instance)) return;
    const wasWriter = this.#writer === instance;
    void this.#showEndpoints();
    if (wasWriter) await this.#inTurn(() => this.#promote(instance));
    while (!this.#isGone(instance) && !instance.process) {
      try {
        await this.#inTurn(() => this.#return(instance));
      } catch (error) {
        if ((error as { code?: string }).code === "DMM_LOCAL_CLOSING") return;
        this.region.log("database.return-failed", {
          instance: instance.name,
          reason: (error as Error).message,
        });
        await delay(retryAfterMs);
      }
    }
  }

  async #return(instance: DatabaseInstance): Promise<void> {
    const alone = this.#writer === instance || this.#writer === undefined;
    await instance.start(alone ? "MASTER" : "SLAVE");
    if (alone) {
      this.#writer = instance;
      await instance.query(...becomeWriter);
      this.#inRole.add(instance);
    } else {
      await this.#followOrRebuild(instance);
    }
    await this.#showEndpoints();
  }

  /**
   * Promotes the reader that received most to writer. A commit was acknowledged only after some reader had
   * received it, so every acknowledged commit is in that reader; it may not be applied yet, hence the wait.
   */
  async #promote(lost?: DatabaseInstance): Promise<void> {
    const started = Date.now();
    const readers = this.#alive().filter((instance) => instance !== lost);
    const received = await Promise.all(
      readers.map(async (reader) => ({
        reader,
        ...(await stopReceiving(reader).catch(() => ({ position: "", sequence: -2 }))),
      })),
    );
    const [best] = received.sort(
      (left, right) =>
        right.sequence - left.sequence || left.reader.promotionTier - right.reader.promotionTier,
    );
    if (!best || this.#ended) return;
    await applyReceived(best.reader, best.position);
    await best.reader.query(...becomeWriter);
    this.#writer = best.reader;
    this.#inRole.add(best.reader);
    for (const { reader } of received) if (reader !== best.reader) this.#inRole.delete(reader);
    await this.#showEndpoints();
    this.#onWriter();
    this.region.log("database.promoted", {
      lost: lost?.name,
      promoted: best.reader.name,
      afterMs: Date.now() - started,
    });
    const others = received.map(({ reader }) => reader).filter((reader) => reader !== best.reader);
    await Promise.all(others.map((reader) => this.#followOrRebuild(reader)));
  }

  /**
   * A reader that cannot continue with its data (a former writer with unconfirmed commits, a corrupt file) is
   * rebuilt; the writer's binary log still has everything.
   */
  async #followOrRebuild(reader: DatabaseInstance): Promise<void> {
    const writer = this.#writer;
    if (!writer || writer === reader) return;
    try {
      await follow(reader, writer);
    } catch (error) {
      if (this.#isGone(reader) || this.#writer !== writer || !writer.process) return;
      this.region.log("database.rebuilt", { instance: reader.name, reason: (error as Error).message });
      await reader.kill();
      await reader.reset();
      await reader.start("SLAVE");
      await follow(reader, writer);
    }
    this.#inRole.add(reader);
  }

  #alive(): readonly DatabaseInstance[] {
    return [...this.instances.values()].filter((instance) => instance.process);
  }

  #isGone(instance: DatabaseInstance): boolean {
    return this.#ended || this.instances.get(instance.name) !== instance;
  }

  async #showEndpoints(): Promise<void> {
    if (this.#ended) return;
    await this.endpoints.show([...this.instances.values()], this.#writer);
  }

  /** Role changes are serialized. */
  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(change, change);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
