/*
 * The public interface of the verification. Exports tagged public are for completion, documents and tools besides
 * the command line.
 */
/** @public */
export type { Finding, Verdict } from "./check.ts";
export type { Difference } from "./difference.ts";
/** @public */
export { VerifyError } from "./errors.ts";
export type { VerifyEvent } from "./events.ts";
/** @public */
export type { Signer, Subject } from "./evidence/attestation.ts";
/** @public */
export type { Observation } from "./evidence/record.ts";
export type { RunningImage } from "./images.ts";
export type { ProfileName } from "./profiles.ts";
/** @public */
export { profiles } from "./profiles.ts";
export type { RunResult } from "./result.ts";
/** @public */
export { type CheckResult, exitCodeOf, type Totals } from "./result.ts";
/** @public */
export { type ClaimListing, listClaims, selectChecks, suiteNames } from "./suites.ts";
export type { Grants, Insider, Target } from "./target.ts";
/** @public */
export {
  readTeardownSnapshot,
  type TeardownOptions,
  type TeardownSnapshot,
  verifyTeardown,
} from "./teardown/verify-teardown.ts";
/** @public */
export type { VerifyOptions } from "./verify.ts";
export { verify } from "./verify.ts";
