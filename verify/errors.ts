/** A failure of a verification run itself, not of what it looks at. */
export class VerifyError extends Error {
  readonly code: `DMM_VERIFY_${string}`;
  /** The next thing to do. */
  readonly hint: string;
  /** What the command line ends with: 2 where the call was wrong, 3 where something could not be checked. */
  readonly exitCode: 2 | 3;
  constructor(
    code: VerifyError["code"],
    message: string,
    options: { readonly hint: string; readonly exitCode?: 2 | 3; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = "VerifyError";
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 3;
  }
}

/** `Did you mean access? ` where a known name is a few letters away. */
function suggest(name: string, known: readonly string[]): string {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: distanceOf(name, candidate) }))
    .filter(({ distance, candidate }) => distance <= Math.max(1, Math.floor(candidate.length / 4)))
    .sort((one, other) => one.distance - other.distance);
  return nearest === undefined ? "" : `Did you mean ${nearest.candidate}? `;
}

/** Letters to add, remove or replace until one word is the other (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (const [column, against] of [...other].entries()) {
      const replaced = row[column]! + (letter === against ? 0 : 1);
      next.push(Math.min(replaced, row[column + 1]! + 1, next[column]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}

export function unknownSuite(name: string, known: readonly string[]): VerifyError {
  return new VerifyError(
    "DMM_VERIFY_UNKNOWN_SUITE",
    `Unknown suite ${name}; the suites are ${known.join(", ")}.`,
    {
      hint: `${suggest(name, known)}Leave the option out to run every suite.`,
      exitCode: 2,
    },
  );
}

export function unknownCheck(
  name: string,
  { suites, checks }: { readonly suites: readonly string[]; readonly checks: readonly string[] },
): VerifyError {
  return new VerifyError(
    "DMM_VERIFY_UNKNOWN_CHECK",
    `Unknown check ${name} in ${suites.length === 1 ? "suite" : "suites"} ${suites.join(", ")}.`,
    {
      hint: `${suggest(name, checks)}Use a check name from docs/suites.md, for example access/an-insider-gets-in.`,
      exitCode: 2,
    },
  );
}

/** Suites on old code prove nothing of what the checkout holds. */
export function staleImage(environment: string, running: string, expected: string): VerifyError {
  return new VerifyError(
    "DMM_VERIFY_IMAGE_STALE",
    `${environment} does not run the code of this checkout: ${running}; the checkout has ${expected}.`,
    { hint: `Roll it out with dmm-env up ${environment}, then verify again.` },
  );
}

/** A check needs something to work before its claim can be told from a dead platform. */
export function noControl(what: string): VerifyError {
  return new VerifyError("DMM_VERIFY_NO_CONTROL", `The control failed: ${what}.`, {
    hint: "Fix the failed control first; without it, a rejection proves nothing.",
  });
}

export function noResponse(what: string, why: string, cause?: unknown): VerifyError {
  return new VerifyError("DMM_VERIFY_NO_ANSWER", `${what} got no response: ${why}.`, {
    hint: "Check the environment's status and the log of its load balancer.",
    cause,
  });
}

export function timeOver(what: string, afterMs: number): VerifyError {
  return new VerifyError("DMM_VERIFY_TIME_OVER", `${what} did not happen within ${afterMs} ms.`, {
    hint: "See the run's events for the last successful step.",
  });
}

export function interrupted(): VerifyError {
  return new VerifyError("DMM_VERIFY_INTERRUPTED", "The run was interrupted before the check finished.", {
    hint: "Run the verification again.",
  });
}

export function notLoopback(host: string): VerifyError {
  return new VerifyError(
    "DMM_VERIFY_NOT_LOOPBACK",
    `The load would go to ${host}; locally it may only go to 127.0.0.0/8.`,
    {
      hint: "Bring the environment up again; its record has an address outside this machine.",
    },
  );
}

/** Any error as one line for a verdict: its message, and the causes below it. */
export function explainError(error: unknown): string {
  const parts: string[] = [];
  for (let current: unknown = error; current instanceof Error && parts.length < 4; current = current.cause) {
    const code = `${nameOf(current)}: `;
    parts.push(code === "Error: " ? current.message : `${code}${current.message}`);
  }
  return parts.length > 0 ? parts.join(" ← ") : String(error);
}

function nameOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
