/** The meaning of an operator's Ctrl-C: the first asks to stop gracefully, the second ends immediately. */
export interface Interruption {
  /** Aborts at the first. */
  readonly first: AbortSignal;
  /** Aborts at the second; owners of processes then kill them. */
  readonly second: AbortSignal;
  /**
   * From here on the first is ignored: a teardown must not be left incomplete. Returns a signal that never aborts
   * before the second.
   */
  stopListening(): void;
}

/** The reason of an aborted signal: the operator's interruption. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
    this.name = "Interrupted";
  }
}

/**
 * The signals that ask this process to end. A closed terminal (SIGHUP) is one of them: the command cleans up and
 * ends. Under nohup it is ignored; Node resets that at its start, therefore the launcher passes it on as
 * DMM_ENV_HANGUP.
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
