export type { Finding, Verdict } from "./check.ts";
export { VerifyError } from "./errors.ts";
export type { VerifyEvent } from "./events.ts";
export type { Signer, Subject } from "./evidence/attestation.ts";
export type { Observation } from "./evidence/record.ts";
export { type ProfileName, profiles } from "./profiles.ts";
export {
  type ReleaseOptions,
  type ReleaseSnapshot,
  readReleaseSnapshot,
  verifyRelease,
} from "./release/verify-release.ts";
export { type CheckResult, exitCodeOf, type RunResult, type Totals } from "./result.ts";
export { type ClaimListing, listClaims, suiteNames } from "./suites.ts";
export type { Grants, Insider, Target } from "./target.ts";
export { type VerifyOptions, verify } from "./verify.ts";
