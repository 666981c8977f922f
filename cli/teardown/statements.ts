/** The outcome of one statement of a proof. What was not observed is never assumed to be true. */
export type Outcome = "observed" | "contradicted" | "not observed";

/** One statement of the proof of a teardown, and its evidence. */
export interface Statement {
  readonly statement: string;
  readonly outcome: Outcome;
  /** What was observed, or why nothing could be. */
  readonly evidence: string;
}

export type Verdict = "nothing is left" | "leftovers were found" | "not everything could be observed";

/** The overall outcome. A proof without statements proves nothing. */
export function judge(statements: readonly Statement[]): Verdict {
  if (statements.some(({ outcome }) => outcome === "contradicted")) return "leftovers were found";
  const observed = statements.length > 0 && statements.every(({ outcome }) => outcome === "observed");
  return observed ? "nothing is left" : "not everything could be observed";
}

/** A statement about things that should be gone: contradicted by each that exists. */
export function stateGone(statement: string, found: readonly string[], where: string): Statement {
  return found.length === 0
    ? { statement, outcome: "observed", evidence: `none in ${where}` }
    : { statement, outcome: "contradicted", evidence: found.join("; ") };
}
