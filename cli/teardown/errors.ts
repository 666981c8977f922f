import { entry } from "../error-entry.ts";
import { exitCodes } from "../exit-codes.ts";

const { wrongUsage, notReady, leftover } = exitCodes;

/** Failures of a teardown, and of what it rests on: target, account, state, region. Part of the catalogue. */
export const teardownErrors = {
  DMM_TARGET_UNKNOWN: entry<"name" | "problem">(
    notReady,
    (v) =>
      `The target of the environment "${v.name}" cannot be determined: ${v.problem}. Nothing was deleted.`,
    (v) =>
      `Specify it: dmm-env down ${v.name} --target local, or --target aws with its backend in PULUMI_BACKEND_URL.`,
  ),
  DMM_TEARDOWN_UNFINISHED: entry<"name">(
    wrongUsage,
    (v) => `The teardown of the environment "${v.name}" has started but not finished.`,
    (v) => `Finish it: dmm-env down ${v.name}. Then create a new one: dmm-env up ${v.name}`,
  ),
  DMM_ENVIRONMENT_EXPIRED: entry<"name" | "expires">(
    notReady,
    (v) => `The lifetime of "${v.name}" ended at ${v.expires}, and with it the operator's access.`,
    (v) => `Extend it: dmm-env up ${v.name} --for 2h. Tear it down: dmm-env down ${v.name}`,
  ),
  DMM_REGION_UNRESPONSIVE: entry<"name" | "pid">(
    notReady,
    (v) => `The local region of "${v.name}" (process ${v.pid}) is unresponsive.`,
    (v) =>
      `If it was stopped, continue it: kill -CONT ${v.pid}. Tear the environment down without it: dmm-env down ${v.name}`,
  ),
  DMM_STATE_LOST: entry<"name" | "problem" | "backend">(
    notReady,
    (v) => `The Pulumi state of "${v.name}" cannot be read: ${v.problem}. Nothing was deleted.`,
    (v) =>
      `Restore the stack in ${v.backend} from a backup, or find the resources by the tag dmm:environment=${v.name} in the AWS console.`,
  ),
  DMM_LEFT_OVER: entry<"name" | "items">(
    leftover,
    (v) => `The teardown of "${v.name}" left resources behind: ${v.items}`,
    (v) =>
      `Run it again: dmm-env down ${v.name}. If something still remains, remove it by the process id or path above.`,
  ),
  DMM_TEARDOWN_UNPROVEN: entry<"name" | "items" | "proof">(
    notReady,
    (v) => `The teardown of "${v.name}" is not proven; not observed: ${v.items}`,
    (v) => `Run it again: dmm-env down ${v.name}. Its files are kept until then. Observations: ${v.proof}`,
  ),
  DMM_AWS_CREDENTIALS: entry<"region" | "problem">(
    notReady,
    (v) => `No usable AWS credentials for ${v.region}: ${v.problem}. Nothing was changed.`,
    () => "Sign in (aws sso login, AWS_PROFILE or AWS_ACCESS_KEY_ID), then run the command again.",
  ),
  DMM_ACCOUNT_MISMATCH: entry<"name" | "expected" | "actual" | "arn">(
    notReady,
    (v) =>
      `The environment "${v.name}" is in the AWS account ${v.expected}; the credentials belong to ${v.actual} (${v.arn}). Nothing was changed.`,
    (v) => `Use credentials for the account ${v.expected}, then run the command again.`,
  ),
} as const;
