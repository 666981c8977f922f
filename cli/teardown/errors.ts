import { entry } from "../error-entry.ts";
import { exitCodes } from "../exit-codes.ts";

const { wrongUsage, notReady, leftOver } = exitCodes;

/** Failures of a teardown, and of what it rests on: target, account, state, region. Part of the catalogue. */
export const teardownErrors = {
  DMM_TARGET_UNKNOWN: entry<"name" | "problem">(
    notReady,
    (v) =>
      `Nothing readable says on which target the environment "${v.name}" is: ${v.problem}. Nothing was deleted.`,
    (v) =>
      `Say where it is: dmm-env down ${v.name} --target local, or --target aws with its backend in PULUMI_BACKEND_URL.`,
  ),
  DMM_TEARDOWN_UNFINISHED: entry<"name">(
    wrongUsage,
    (v) => `The teardown of the environment "${v.name}" has begun and not finished.`,
    (v) => `dmm-env down ${v.name} finishes it; dmm-env up ${v.name} then creates a new one.`,
  ),
  DMM_ENVIRONMENT_EXPIRED: entry<"name" | "expires">(
    notReady,
    (v) => `The lifetime of "${v.name}" ended at ${v.expires}, and with it the operator's access.`,
    (v) => `Prolong it with dmm-env up ${v.name} --for 2h, or tear it down with dmm-env down ${v.name}.`,
  ),
  DMM_REGION_UNRESPONSIVE: entry<"name" | "pid">(
    notReady,
    (v) => `The local region of "${v.name}" (process ${v.pid}) lives and does not respond.`,
    (v) =>
      `Where it was stopped, kill -CONT ${v.pid} continues it; dmm-env down ${v.name} tears everything down without it.`,
  ),
  DMM_STATE_LOST: entry<"name" | "problem" | "backend">(
    notReady,
    (v) => `The Pulumi state of "${v.name}" cannot be read: ${v.problem}. Nothing was deleted.`,
    (v) =>
      `Restore the stack in ${v.backend} from a backup; without it the AWS console finds the resources by the tag dmm:environment=${v.name}.`,
  ),
  DMM_LEFT_OVER: entry<"name" | "items">(
    leftOver,
    (v) => `Something of "${v.name}" is left over: ${v.items}`,
    (v) => `Run dmm-env down ${v.name} again; what stays is named with its process or path.`,
  ),
  DMM_TEARDOWN_UNPROVEN: entry<"name" | "items" | "proof">(
    notReady,
    (v) => `The teardown of "${v.name}" is not proven; nothing was observed for ${v.items}`,
    (v) => `Run dmm-env down ${v.name} again; its files stay until then. What was observed is in ${v.proof}.`,
  ),
  DMM_AWS_CREDENTIALS: entry<"region" | "problem">(
    notReady,
    (v) =>
      `AWS does not say in ${v.region} who these credentials belong to: ${v.problem}. Nothing was changed.`,
    () => "Sign in (aws sso login, AWS_PROFILE or AWS_ACCESS_KEY_ID), then run the command again.",
  ),
  DMM_ACCOUNT_MISMATCH: entry<"name" | "expected" | "actual" | "arn">(
    notReady,
    (v) =>
      `The environment "${v.name}" is in the AWS account ${v.expected}; the credentials are of ${v.actual} (${v.arn}). Nothing was changed.`,
    (v) => `Use credentials of the account ${v.expected}, then run the command again.`,
  ),
} as const;
