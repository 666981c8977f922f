import { describeReason } from "../reason.ts";
import type { NodeConnection } from "./node-connection.ts";
import { RedisReplyError, type Reply } from "./reply-parser.ts";
import { RedisUnavailableError } from "./unavailable.ts";

const largestBatch = 256;

interface Write {
  readonly key: string;
  readonly args: readonly string[];
  readonly asking: boolean;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export interface DurableWritesParts {
  readonly connection: NodeConnection;
  /** How long a batch waits for its replica, in milliseconds; less than any command may take. */
  readonly replicationMs: number;
  /** Whether the cluster knows a replica of this primary. */
  readonly isReplicated: () => boolean;
  /** The primary has a replica that is missing from the known topology. */
  readonly onReplica: () => void;
}

/**
 * Writes to one primary that count only once a replica has them too. All pending writes are sent together and
 * share one `WAIT`, so that a slow replica delays each of them once and not once per earlier write.
 */
export class DurableWrites {
  readonly #parts: DurableWritesParts;
  #queue: Write[] = [];
  #busy = false;

  constructor(parts: DurableWritesParts) {
    this.#parts = parts;
  }

  /**
   * @throws RedisUnavailableError when it may not be durable: it may have been executed, or be executed later
   * @throws RedisReplyError
   */
  send(key: string, args: readonly string[], asking = false): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ key, args, asking, resolve, reject });
      if (!this.#busy) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#busy = true;
    // Writes of the same event loop turn join the batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#commit(this.#queue.splice(0, largestBatch));
    this.#busy = false;
  }

  async #commit(batch: readonly Write[]): Promise<void> {
    const { connection } = this.#parts;
    const send = (args: readonly string[], asking: boolean): Promise<Reply> => {
      if (asking) void connection.sendCommand(["ASKING"]).catch(() => {});
      return connection.sendCommand(args);
    };
    // Handled from the start: a command may be refused long before its batch is confirmed.
    const replies = Promise.allSettled(batch.map(({ args, asking }) => send(args, asking)));
    // WAIT counts replicas that have this connection's last write. A retried command may find its work done by an
    // earlier connection and write nothing, so each batch ends with a write of its own.
    const { key, asking } = batch.at(-1)!;
    const barrier = send(["SET", nameBarrier(key), "", "PX", "1000"], asking);
    const durable = Promise.all([barrier, this.#replicate()]);
    const [outcome] = await Promise.allSettled([durable]);
    const responses = await replies;
    for (const [index, { resolve, reject }] of batch.entries()) {
      const response = responses[index]!;
      if (response.status === "rejected") reject(response.reason as Error);
      else if (outcome.status === "fulfilled") resolve(response.value);
      else reject(explainFailure(outcome.reason as Error));
    }
  }

  async #replicate(): Promise<void> {
    const { connection, replicationMs, isReplicated, onReplica } = this.#parts;
    if (!isReplicated()) {
      const role = (await connection.sendCommand(["ROLE"])) as readonly Reply[];
      if (role[0] !== "master") throw new RedisUnavailableError("the node is not a primary");
      if ((role[2] as readonly Reply[]).length === 0) return;
      onReplica();
    }
    const replicas = await connection.sendCommand(["WAIT", "1", String(replicationMs)]);
    if (Number(replicas) < 1)
      throw new RedisUnavailableError(`no replica confirmed the write within ${replicationMs} ms`);
  }
}

/** An error reply to the barrier reveals nothing about the commands before it. */
function explainFailure(error: Error): Error {
  return error instanceof RedisReplyError
    ? new RedisUnavailableError(describeReason(error), { cause: error })
    : error;
}

/** A key in the slot of another one. */
function nameBarrier(key: string): string {
  const tag = /\{([^}]+)\}/.exec(key)?.[1];
  return `barrier:{${tag ?? key}}`;
}
