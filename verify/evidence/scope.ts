import type { BareResult } from "../result.ts";

/** The subject of a run: the platform before its release, or an environment after its teardown. */
export type Scope = "prerelease" | "teardown";

const teardownLevel = "DMM_ENV_TEARDOWN";
const levels = { full: "DMM_ENV_PRERELEASE_FULL", partial: "DMM_ENV_PRERELEASE_PARTIAL" } as const;

/**
 * The verified level, for `verifiedLevels` of a SLSA verification summary. Each scope has separate levels, so that
 * a rule that requires one does not accept a run of another. Only a run with all claims is full.
 */
export function levelOf(scope: Scope, { verdict, notRun }: Pick<BareResult, "verdict" | "notRun">): string {
  if (verdict !== "passed") return "FAILED";
  if (scope === "teardown") return teardownLevel;
  return notRun.length === 0 ? levels.full : levels.partial;
}

/** Identifies the claims of a scope; the policy's digest shows which of them a run was to prove. */
export function policyUriOf(scope: Scope): string {
  return `urn:dmm-env:claims:${scope}`;
}
