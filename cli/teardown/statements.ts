/** What one sentence of a proof came to. What was not observed is never taken for true. */
export type Outcome = "observed" | "contradicted" | "not observed";

/** One sentence of the proof of a teardown, and what it rests on. */
export interface Statement {
  readonly statement: string;
  readonly outcome: Outcome;
  /** What was seen, or why nothing could be. */
  readonly evidence: string;
}

export type Verdict = "nothing is left over" | "something is left over" | "not everything could be observed";

/** What all statements come to together. A proof without statements says nothing. */
export function judge(statements: readonly Statement[]): Verdict {
  if (statements.some(({ outcome }) => outcome === "contradicted")) return "something is left over";
  const observed = statements.length > 0 && statements.every(({ outcome }) => outcome === "observed");
  return observed ? "nothing is left over" : "not everything could be observed";
}

/** A statement about things that should be gone: contradicted by each that is there. */
export function stateGone(statement: string, found: readonly string[], where: string): Statement {
  return found.length === 0
    ? { statement, outcome: "observed", evidence: `none in ${where}` }
    : { statement, outcome: "contradicted", evidence: found.join("; ") };
}
