import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import { describeReason } from "../reason.ts";
import type { RedisSettings } from "../settings.ts";
import { type Address, describeTls, retryMs } from "./node-address.ts";
import { RedisReplyError, type Reply, ReplyParser } from "./reply-parser.ts";
import { RedisUnavailableError, RedisUnresponsiveError } from "./unavailable.ts";

/** Time limit until a connection accepts commands, in milliseconds. */
const connectMs = 1000;

/** A command that was sent. Replies arrive in the order of the commands. */
interface Waiting {
  readonly dueAt: number;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  settled: boolean;
}

/**
 * A connection to one node. Every API request waits for a lookup on one, so it does nothing else: all commands of
 * one event loop turn leave in one write, one timer watches them all, and the only allocation per command is its
 * queue entry. A library's client costs as much as the rest of the request path.
 *
 * Commands are refused immediately while it is down: waiting is left to the caller, who may know another node by
 * then.
 */
export class NodeConnection {
  readonly #settings: RedisSettings;
  readonly #address: Address;
  readonly #onTrouble: (error: Error) => void;
  #socket: Socket | undefined;
  #ready = false;
  #closed = false;
  #line: Waiting[] = [];
  /** Queue index of the command whose reply is next. */
  #next = 0;
  #outgoing = "";
  #watch: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  readonly #whenReady: (() => void)[] = [];

  constructor(settings: RedisSettings, address: Address, onTrouble: (error: Error) => void) {
    this.#settings = settings;
    this.#address = address;
    this.#onTrouble = onTrouble;
    this.#open();
  }

  get isReady(): boolean {
    return this.#ready;
  }

  /** Commands without a reply yet. */
  get waiting(): number {
    return this.#line.length - this.#next;
  }

  /** Resolves when commands can be sent for the first time. */
  untilReady(): Promise<void> {
    return this.#ready ? Promise.resolve() : new Promise((resolve) => this.#whenReady.push(resolve));
  }

  /**
   * Exactly one callback is called once, `reject` with a RedisUnresponsiveError after the time limit at the
   * latest.
   */
  send(args: readonly string[], resolve: (reply: Reply) => void, reject: (error: Error) => void): void {
    if (!this.#ready) reject(new RedisUnavailableError("its primary is not connected"));
    else this.#enqueue(args, resolve, reject);
  }

  sendCommand(args: readonly string[]): Promise<Reply> {
    return new Promise((resolve, reject) => this.send(args, resolve, reject));
  }

  destroy(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
    this.#drop(new RedisUnavailableError("the connection was closed"));
  }

  #enqueue(args: readonly string[], resolve: (reply: Reply) => void, reject: (error: Error) => void): void {
    const { commandTimeoutMs } = this.#settings;
    this.#line.push({ dueAt: performance.now() + commandTimeoutMs, resolve, reject, settled: false });
    this.#watch ??= setTimeout(this.#expire, commandTimeoutMs);
    // The check phase follows the poll phase: all requests of this turn are sent together.
    if (this.#outgoing === "") setImmediate(this.#flush);
    this.#outgoing += renderCommand(args);
  }

  readonly #flush = (): void => {
    const text = this.#outgoing;
    this.#outgoing = "";
    if (text !== "") this.#socket?.write(text);
  };

  #open(): void {
    const { host, port } = this.#address;
    const { tls, password } = this.#settings;
    const socket = tls
      ? connectSecure({ host, port, ...describeTls(this.#settings, this.#address) })
      : connectPlain({ host, port });
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 5000);
    const limit = setTimeout(
      () => socket.destroy(new Error(`no connection within ${connectMs} ms`)),
      connectMs,
    );
    let reason: Error = new Error("the connection ended");
    const parser = new ReplyParser((reply) => this.#take(reply));
    socket.once(tls ? "secureConnect" : "connect", () => {
      const enter = () => {
        clearTimeout(limit);
        this.#enter();
      };
      if (password === undefined) enter();
      else this.#enqueue(["AUTH", password], enter, (error) => socket.destroy(error));
    });
    socket.on("data", (chunk: Buffer) => {
      try {
        parser.push(chunk);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on("error", (error) => {
      reason = error;
    });
    socket.once("close", () => {
      clearTimeout(limit);
      this.#ready = false;
      this.#drop(
        new RedisUnavailableError(`the connection was lost: ${describeReason(reason)}`, { cause: reason }),
      );
      if (this.#closed) return;
      this.#retry = setTimeout(() => this.#open(), retryMs);
      this.#onTrouble(reason);
    });
  }

  #enter(): void {
    this.#ready = true;
    for (const resolve of this.#whenReady.splice(0)) resolve();
  }

  #take(reply: Reply): void {
    const waiting = this.#line[this.#next];
    if (waiting === undefined) throw new Error("an unsolicited reply");
    this.#next++;
    if (this.#next === this.#line.length) {
      this.#line = [];
      this.#next = 0;
    } else if (this.#next >= 1024) {
      this.#line = this.#line.slice(this.#next);
      this.#next = 0;
    }
    // Too late: the caller has been rejected already.
    if (waiting.settled) return;
    waiting.settled = true;
    if (reply instanceof RedisReplyError) waiting.reject(reply);
    else waiting.resolve(reply);
  }

  /** When this process itself was delayed, replies may be waiting in the socket: read them first. */
  readonly #expire = (): void => {
    setImmediate(this.#giveUp);
  };

  /** Rejects expired commands and schedules the next check. Their replies are still consumed in order. */
  readonly #giveUp = (): void => {
    this.#watch = undefined;
    const now = performance.now();
    for (let index = this.#next; index < this.#line.length; index++) {
      const waiting = this.#line[index]!;
      if (waiting.settled) continue;
      // Timers may fire a fraction of a millisecond early.
      if (waiting.dueAt > now + 1) {
        this.#watch = setTimeout(this.#expire, waiting.dueAt - now);
        return;
      }
      waiting.settled = true;
      waiting.reject(new RedisUnresponsiveError(this.#settings.commandTimeoutMs));
    }
  };

  /** No queued command will get a reply. */
  #drop(error: Error): void {
    clearTimeout(this.#watch);
    this.#watch = undefined;
    this.#outgoing = "";
    const left = this.#line.slice(this.#next);
    this.#line = [];
    this.#next = 0;
    for (const waiting of left) {
      if (waiting.settled) continue;
      waiting.settled = true;
      waiting.reject(error);
    }
  }
}

/** A command in RESP: a list of strings, each with its length in bytes. */
export function renderCommand(args: readonly string[]): string {
  let text = `*${args.length}\r\n`;
  for (const arg of args) text += `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`;
  return text;
}
