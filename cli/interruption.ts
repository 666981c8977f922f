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

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Listens to the signals that ask this process to end. `onFirst` tells the operator what happens now. */
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
  return {
    first: first.signal,
    second: second.signal,
    stopListening: () => {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}
