/** What an operator's Ctrl-C means: the first asks to stop gently, the second ends at once. */
export interface Interruption {
  /** Aborts at the first. */
  readonly first: AbortSignal;
  /** Aborts at the second; whoever owns a process of ours kills it then. */
  readonly second: AbortSignal;
  /** From here on the first is passed over: giving back is not left half done. Returns a signal that never aborts before the second. */
  stopListening(): void;
}

/** The reason of an aborted signal: the operator's wish. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
    this.name = "Interrupted";
  }
}

/**
 * The signals that ask this process to end. A terminal that closes (SIGHUP) is one of them: nobody watches any more, so
 * the command cleans up and ends. Under nohup it is ignored; Node resets that at its start, therefore the launcher
 * passes it on as DMM_ENV_HANGUP.
 */
const signals =
  process.env.DMM_ENV_HANGUP === "ignore"
    ? (["SIGINT", "SIGTERM"] as const)
    : (["SIGINT", "SIGTERM", "SIGHUP"] as const);

/** Listens to these signals. `onFirst` tells the operator what happens now. */
export function listenForInterruption(onFirst: () => void): Interruption {
  const first = new AbortController();
  const second = new AbortController();
  const interrupt = () => {
    if (!first.signal.aborted) {
      onFirst();
      first.abort(new Interrupted());
      return;
    }
    second.abort(new Interrupted());
    // Listeners of `second` have run: abort events are synchronous.
    process.exit(130);
  };
  for (const signal of signals) process.on(signal, interrupt);
  if (process.env.DMM_ENV_HANGUP === "ignore") process.on("SIGHUP", () => undefined);
  return {
    first: first.signal,
    second: second.signal,
    stopListening: () => {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}
