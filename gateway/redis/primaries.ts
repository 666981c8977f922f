import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import type { RedisSettings } from "../settings.ts";
import type { Primary } from "./primary.ts";
import { PrimaryMap } from "./primary-map.ts";
import { RedisReplyError, type Reply } from "./reply-parser.ts";
import { parseRedirection } from "./topology.ts";
import { RedisUnavailableError, RedisUnresponsiveError, withinTime } from "./unavailable.ts";

/** Error replies of a node that cannot serve at the moment. */
const notServing =
  /^(CLUSTERDOWN|LOADING|MASTERDOWN|READONLY|TRYAGAIN|NOREPLICAS|BUSY|OOM|MISCONF|UNBLOCKED) /;

/** How long a write is retried, in milliseconds: a failover takes one to two seconds. */
export const writeLimitMs = 4000;
/** Time between two attempts of a write, in milliseconds. */
const attemptMs = 25;
/** Writes that may wait for a retry; more are refused immediately. */
const mostRetrying = 1000;

/** A command and the key that determines its primary. */
export interface Command {
  readonly key: string;
  readonly args: readonly string[];
}

/**
 * The primaries of a Redis Cluster. Replicas are never read: one may not know yet that a token was issued, or
 * worse, that it was revoked.
 *
 * The topology is read again whenever a connection fails, a node reports a moved slot, or a command times out;
 * until every slot has a primary again, lookups in the lost ones fail immediately.
 */
export class Primaries {
  readonly #settings: RedisSettings;
  readonly #map: PrimaryMap;
  #retrying = 0;
  /** Commands that timed out. */
  lostCommands = 0;

  constructor(settings: RedisSettings, logger: Logger) {
    this.#settings = settings;
    this.#map = new PrimaryMap(settings, logger);
  }

  /**
   * Resolves when every slot has a primary that is connected for lookups and writes; retries until then or until
   * closed.
   */
  async start(): Promise<void> {
    await this.#map.untilReady();
  }

  /** The currently known primaries. */
  get nodes(): Iterable<Primary> {
    return this.#map.nodes;
  }

  /** Whether every slot currently has a connected primary. */
  get ready(): boolean {
    return this.#map.ready;
  }

  close(): void {
    this.#map.close();
  }

  /**
   * Runs one command at the key's primary: a read, or a write that a failover may lose. @throws
   * RedisUnavailableError within the time limit
   */
  read(key: string, args: readonly string[]): Promise<Reply> {
    const primary = this.#map.find(key);
    if (primary === undefined || primary.doubtful) return this.#recover(key, args, explainAbsence(primary));
    // On every request's path, so it allocates a single promise.
    return new Promise((resolve, reject) => {
      primary.reads.send(args, resolve, (error) => {
        if (error instanceof RedisUnresponsiveError) primary.doubt(error);
        this.#recover(key, args, error).then(resolve, reject);
      });
    });
  }

  /**
   * Runs one write so that a failover does not lose it: a replica has it, where there is one. The command is
   * retried while its outcome is unknown, so it must be idempotent.
   *
   * @throws RedisUnavailableError after `limitMs`: it may have been executed, or be executed later
   */
  async write(key: string, args: readonly string[], limitMs = writeLimitMs): Promise<Reply> {
    const deadline = performance.now() + limitMs;
    for (let repeated = false; ; repeated = true) {
      try {
        return await this.#attempt(key, args, deadline - performance.now());
      } catch (error) {
        if (!isPassing(error as Error)) throw error;
        this.#map.refresh();
        if (performance.now() + attemptMs >= deadline || this.#retrying >= mostRetrying || this.#map.closed) {
          this.lostCommands++;
          throw explain(error as Error);
        }
      }
      this.#retrying++;
      await new Promise((resolve) => setTimeout(resolve, repeated ? attemptMs * 2 : attemptMs));
      this.#retrying--;
    }
  }

  /** Like `write` for many keys: those of one primary share a round trip and the wait for its replica. */
  async writeAll(commands: readonly Command[]): Promise<readonly Reply[]> {
    return await Promise.all(commands.map(({ key, args }) => this.write(key, args)));
  }

  async #attempt(key: string, args: readonly string[], leftMs: number): Promise<Reply> {
    const primary = this.#map.find(key);
    if (primary === undefined) throw explainAbsence(primary);
    try {
      return await withinTime(Math.max(1, leftMs), primary.write(key, args));
    } catch (error) {
      if (parseRedirection((error as Error).message) === undefined) throw error;
      const { commandTimeoutMs } = this.#settings;
      const { node, asking } = await withinTime(commandTimeoutMs, this.#map.follow(key, error as Error));
      return await withinTime(Math.max(1, leftMs), node.write(key, args, asking));
    }
  }

  /** After an error: follows a moved slot once, otherwise reports the store as unavailable. */
  async #recover(key: string, args: readonly string[], error: Error): Promise<Reply> {
    try {
      return await this.#readElsewhere(key, args, error);
    } catch (second) {
      if (!isPassing(second as Error)) throw second;
      this.#map.refresh();
      this.lostCommands++;
      throw explain(second as Error);
    }
  }

  async #readElsewhere(key: string, args: readonly string[], error: Error): Promise<Reply> {
    // While a slot moves, a node serves a multi-key command only when it has all the keys.
    if (error.message.startsWith("TRYAGAIN ") && args[0] === "MGET")
      return await Promise.all(args.slice(1).map((one) => this.read(one, ["GET", one])));
    if (parseRedirection(error.message) === undefined) throw error;
    const followed = this.#map.follow(key, error).then(({ node, asking }) => {
      if (asking) void node.reads.sendCommand(["ASKING"]).catch(() => {});
      return node.reads.sendCommand(args);
    });
    try {
      return await withinTime(this.#settings.commandTimeoutMs, followed);
    } catch (second) {
      if ((second as Error).message.startsWith("TRYAGAIN "))
        return await this.#readElsewhere(key, args, second as Error);
      throw second;
    }
  }
}

/** Whether the cluster's state caused the error; any other error reply (WRONGTYPE, a script's) is a bug. */
function isPassing(error: Error): boolean {
  if (!(error instanceof RedisReplyError)) return error instanceof RedisUnavailableError;
  return notServing.test(error.message) || parseRedirection(error.message) !== undefined;
}

function explain(error: Error): RedisUnavailableError {
  return error instanceof RedisUnavailableError
    ? error
    : new RedisUnavailableError(describeReason(error), { cause: error });
}

function explainAbsence(primary: Primary | undefined): RedisUnavailableError {
  return new RedisUnavailableError(
    primary === undefined ? "no primary serves the slot" : "its primary does not respond",
  );
}
