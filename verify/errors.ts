import { type Catalogue, errorsOf } from "../errors/expected-error.ts";
import { suggest } from "./suggest.ts";

const wrongUsage = 2;
const notReady = 3;

/** Failures that keep a verification run from a verdict. Documented in docs/errors/verify.md. */
const verifyErrors = {
  DMM_VERIFY_UNKNOWN_SUITE: (v: { name: string; known: readonly string[] }) => ({
    exitCode: wrongUsage,
    message: `Unknown suite ${v.name}; the suites are ${v.known.join(", ")}.`,
    hint: `${suggest(v.name, v.known)}Leave the option out to run every suite.`,
  }),
  DMM_VERIFY_UNKNOWN_CHECK: (v: { name: string; suites: readonly string[]; checks: readonly string[] }) => ({
    exitCode: wrongUsage,
    message: `Unknown check ${v.name} in ${v.suites.length === 1 ? "suite" : "suites"} ${v.suites.join(", ")}.`,
    hint: `${suggest(v.name, v.checks)}Use a check name from docs/suites.md, for example access/an-insider-gets-in.`,
  }),
  // Suites on old code prove nothing about the checkout.
  DMM_VERIFY_IMAGE_STALE: (v: { environment: string; running: string; expected: string }) => ({
    message: `${v.environment} does not run the code of this checkout: ${v.running}; the checkout has ${v.expected}.`,
    exitCode: notReady,
    hint: `Roll it out with dmm-env up ${v.environment}, then verify again.`,
  }),
  // The control of a check failed: its claim cannot be distinguished from a dead platform.
  DMM_VERIFY_NO_CONTROL: (v: { what: string }) => ({
    message: `The control failed: ${v.what}.`,
    hint: "Fix the failed control first; without it, a rejection proves nothing.",
  }),
  DMM_VERIFY_NO_RESPONSE: (v: { what: string; why: string }) => ({
    message: `${v.what} got no response: ${v.why}.`,
    hint: "Check the environment's status and the log of its load balancer.",
  }),
  DMM_VERIFY_NO_TOKEN: (v: { why: string }) => ({
    message: `No access token could be obtained or revoked: ${v.why}.`,
    hint: "Check the gateway's log; the verifier's client must exist and have both verify scopes.",
  }),
  DMM_VERIFY_NO_FAULT: (v: { why: string }) => ({
    message: `The fault could not be injected: ${v.why}.`,
    hint: "Check the experiment in FIS and the permissions of its role.",
  }),
  DMM_VERIFY_TIME_OVER: (v: { what: string; afterMs: number }) => ({
    message: `${v.what} did not happen within ${v.afterMs} ms.`,
    hint: "See the run's events for the last successful step.",
  }),
  DMM_VERIFY_INTERRUPTED: () => ({
    message: "The run was interrupted before the check finished.",
    hint: "Run the verification again.",
  }),
  DMM_VERIFY_NOT_LOOPBACK: (v: { host: string }) => ({
    message: `The load would go to ${v.host}; locally it may only go to 127.0.0.0/8.`,
    hint: "Bring the environment up again; its record has an address outside this machine.",
  }),
} as const satisfies Catalogue;

/** A failure of a verification run itself, not of its subject. */
export class VerifyError extends errorsOf("VerifyError", verifyErrors) {}
