import type { Family } from "../metrics/family.ts";

interface Call<Request, Response> {
  readonly request: Request;
  readonly response: Response;
}

type Nothing = Readonly<Record<string, never>>;

/** Every call between a worker and its parent process: parameters and result. */
export interface Calls {
  /** To the parent: a version exists. Returns the lowest that one of the other workers serves then. */
  readonly spread: Call<{ readonly version: number }, { readonly serves: number }>;
  /** To a worker: load a version. Returns the one that it serves then. */
  readonly reach: Call<{ readonly version: number }, { readonly serves: number }>;
  /** To the parent: this worker's metrics can be collected from now on. */
  readonly ready: Call<Nothing, Nothing>;
  /** To a worker: send its metrics. */
  readonly collect: Call<Nothing, { readonly families: readonly Family[] }>;
  /** To the parent: a client scraped this worker. Returns the metrics of the whole task. */
  readonly scrape: Call<{ readonly families: readonly Family[] }, { readonly text: string }>;
  /** To the parent: this worker ends, and these are its last values. */
  readonly leave: Call<{ readonly families: readonly Family[] }, Nothing>;
}

export type CallName = keyof Calls;

const names: Readonly<Record<CallName, true>> = {
  spread: true,
  reach: true,
  ready: true,
  collect: true,
  scrape: true,
  leave: true,
};

type CallMessage = {
  readonly [Name in CallName]: {
    readonly kind: "call";
    readonly id: number;
    readonly name: Name;
    readonly body: Calls[Name]["request"];
  };
}[CallName];

/** Everything that passes between a worker and its parent. `id` is the caller's; a refused call has no response. */
export type Message =
  | CallMessage
  | { readonly kind: "response"; readonly id: number; readonly body: Calls[CallName]["response"] }
  | { readonly kind: "refusal"; readonly id: number };

/** A call that this protocol does not define. */
interface UnknownCall {
  readonly kind: "unknown call";
  readonly id: number;
}

/** What arrived, if it is a message of this protocol at all. */
export function parseMessage(received: unknown): Message | UnknownCall | undefined {
  if (typeof received !== "object" || received === null) return undefined;
  const { kind, id, name, body } = received as Partial<Record<"kind" | "id" | "name" | "body", unknown>>;
  if (typeof id !== "number") return undefined;
  const hasBody = typeof body === "object" && body !== null;
  if (kind === "refusal" || (kind === "response" && hasBody)) return received as Message;
  if (kind !== "call") return undefined;
  return hasBody && typeof name === "string" && Object.hasOwn(names, name)
    ? (received as Message)
    : { kind: "unknown call", id };
}
