import { type CallName, type Calls, type Message, parseMessage } from "./protocol.ts";

/** The other end: for a worker its own `process`, for the parent the worker's `ChildProcess`. */
export interface Peer {
  readonly connected: boolean;
  send?(message: Message, done: (error: Error | null) => void): boolean;
  on(event: "message", listener: (received: unknown) => void): unknown;
  once(event: "disconnect", listener: () => void): unknown;
}

/** Handlers of this end. A call without a handler, or whose handler rejects, is refused. */
export type Handlers = {
  readonly [Name in CallName]?: (body: Calls[Name]["request"]) => Promise<Calls[Name]["response"]>;
};

/** Calls between a worker and its parent process, in both directions. */
export class Channel {
  readonly #peer: Peer;
  readonly #handlers: Map<string, (body: never) => Promise<Calls[CallName]["response"]>>;
  /** Calls without a response so far. */
  readonly #waiting = new Map<number, (body: unknown) => void>();
  #counter = 0;

  constructor(peer: Peer, handlers: Handlers) {
    this.#peer = peer;
    this.#handlers = new Map(Object.entries(handlers));
    peer.on("message", (received) => this.#receive(received));
    peer.once("disconnect", () => {
      for (const settle of this.#waiting.values()) settle(undefined);
    });
  }

  get connected(): boolean {
    return this.#peer.connected;
  }

  /** Responds to one more kind of call from now on. */
  serve<Name extends CallName>(
    name: Name,
    handler: (body: Calls[Name]["request"]) => Promise<Calls[Name]["response"]>,
  ): void {
    this.#handlers.set(name, handler);
  }

  /** Resolves with the response; with nothing if the call is refused, the other end is gone, or on timeout. */
  async call<Name extends CallName>(
    name: Name,
    body: Calls[Name]["request"],
    limitMs: number,
  ): Promise<Calls[Name]["response"] | undefined> {
    const id = ++this.#counter;
    const response = await new Promise<unknown>((resolve) => {
      const timer = setTimeout(resolve, limitMs, undefined);
      this.#waiting.set(id, (received) => {
        clearTimeout(timer);
        resolve(received);
      });
      if (!this.#send({ kind: "call", id, name, body } as Message)) this.#waiting.get(id)?.(undefined);
    });
    this.#waiting.delete(id);
    // The other end runs the same code, and its response matches the call's name.
    return response as Calls[Name]["response"] | undefined;
  }

  #receive(received: unknown): void {
    const message = parseMessage(received);
    if (message === undefined) return;
    const { kind, id } = message;
    if (kind === "call") void this.#respond(message);
    else if (kind === "unknown call") this.#send({ kind: "refusal", id });
    else this.#waiting.get(id)?.(kind === "response" ? message.body : undefined);
  }

  async #respond({ id, name, body }: Extract<Message, { kind: "call" }>): Promise<void> {
    const handler = this.#handlers.get(name);
    const response = await handler?.(body as never).catch(() => undefined);
    this.#send(response === undefined ? { kind: "refusal", id } : { kind: "response", id, body: response });
  }

  /** Whether the message was sent. If the other end is gone there is no receiver. */
  #send(message: Message): boolean {
    const { connected } = this.#peer;
    if (connected) this.#peer.send?.(message, () => {});
    return connected;
  }
}
