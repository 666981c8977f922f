import type { AwsClients } from "./client/aws.ts";
import type { Ingress } from "./client/ingress.ts";
import type { Tokens } from "./client/tokens.ts";
import type { Evidence } from "./evidence/record.ts";
import type { Profile } from "./profiles.ts";
import type { Target } from "./target.ts";

/** The result of a check: proven, disproven, or neither. Neither is never green. */
export type Verdict = "passed" | "failed" | "inconclusive";

export interface Finding {
  readonly verdict: Verdict;
  /** One sentence with the decisive values. */
  readonly message: string;
  /** The required load was not delivered, so the result is inconclusive: the run measures again. */
  readonly undelivered?: true;
}

/** What every check has while it runs. */
export interface CheckScope {
  readonly evidence: Evidence;
  /** Fires when the run is interrupted or the check times out. */
  readonly signal: AbortSignal;
  /** Reports the current step to the user. */
  progress(message: string): void;
  /** Runs after the check, whatever its outcome; last registered first. */
  defer(release: () => void | Promise<void>): void;
  /** A name that no other check or run uses. */
  uniqueName(thing: string): string;
}

/** Shared by the checks of a running environment. They use network protocols and AWS APIs only. */
export interface World {
  readonly target: Target;
  readonly profile: Profile;
  readonly ingress: Ingress;
  readonly tokens: Tokens;
  readonly aws: AwsClients;
}

export type CheckContext = CheckScope & World;

/** One claim and its proof. The file's name is the claim with hyphens for spaces. */
export interface Check<Context = CheckContext> {
  readonly claim: string;
  /** How the claim is proven, in Markdown; docs/suites.md has it. */
  readonly proof: string;
  /** Time limit, after which the check is inconclusive. */
  readonly timeoutMs: number;
  run(context: Context): Promise<Finding>;
}

export interface Suite<Context = CheckContext> {
  readonly name: string;
  /** The question that the suite decides. */
  readonly subject: string;
  /** Checks that affect each other run one by one. */
  readonly order: "together" | "one by one";
  readonly checks: readonly Check<Context>[];
}

export function pass(message: string): Finding {
  return { verdict: "passed", message };
}

export function fail(message: string): Finding {
  return { verdict: "failed", message };
}

export function inconclusive(message: string): Finding {
  return { verdict: "inconclusive", message };
}

/** Inconclusive, because the generator did not deliver the planned load. */
export function undelivered(problem: string): Finding {
  return { ...inconclusive(`the planned load was not delivered: ${problem}`), undelivered: true };
}

/** The claim as a file name and as an argument on a command line: `an insider gets in` → `an-insider-gets-in`. */
export function slugOf(claim: string): string {
  return claim.replaceAll(" ", "-").toLowerCase();
}

/** A check's name on a command line: `access/an-insider-gets-in`. */
export function checkNameOf(suite: string, claim: string): string {
  return `${suite}/${slugOf(claim)}`;
}
