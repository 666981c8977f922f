import type { BareResult } from "../result.ts";

/** What a run is about: the platform before its release, or an environment after its teardown. */
export type Scope = "prerelease" | "teardown";

const teardownLevel = "DMM_ENV_TEARDOWN";
const levels = { full: "DMM_ENV_PRERELEASE_FULL", partial: "DMM_ENV_PRERELEASE_PARTIAL" } as const;

/**
 * The level that a run has verified, for `verifiedLevels` of a SLSA verification summary. Each scope has levels of its
 * own, so that a rule that asks for one accepts no run of another. Only a run that left no claim out is full.
 */
export function levelOf(scope: Scope, { verdict, notRun }: Pick<BareResult, "verdict" | "notRun">): string {
  if (verdict !== "passed") return "FAILED";
  if (scope === "teardown") return teardownLevel;
  return notRun.length === 0 ? levels.full : levels.partial;
}

/** Identifies the claims of a scope; the policy's digest says which of them a run was to prove. */
export function policyUriOf(scope: Scope): string {
  return `urn:dmm-env:claims:${scope}`;
}
