import type { OperatorCatalogue } from "../error-text.ts";
import { exitCodes } from "../exit-codes.ts";

const { notReady, wrongUsage, notMade } = exitCodes;

/** Failures of access: grants, keys, the ingress, and AWS credentials. */
export const accessErrors = {
  DMM_OPERATOR_REFUSED: (v: { name: string; reason: string }) => ({
    exitCode: notReady,
    message: `The operator's grant for "${v.name}" ${v.reason}, so the ingress rejects every request from this machine.`,
    hint: `Issue a new one: dmm-env up ${v.name}`,
  }),
  DMM_GRANT_NAME_INVALID: (v: { grant: string }) => ({
    exitCode: wrongUsage,
    message: `The insider name "${v.grant}" is invalid; it must be 1 to 40 letters, digits, dots, hyphens and underscores and begin with a letter.`,
    hint: "Choose a name such as jane.doe.",
  }),
  DMM_GRANT_EXISTS: (v: { grant: string; name: string; expires: string }) => ({
    exitCode: wrongUsage,
    message: `"${v.grant}" already has a grant for "${v.name}", valid until ${v.expires}.`,
    hint: `Revoke it first: dmm-env access revoke ${v.name} ${v.grant}`,
  }),
  DMM_GRANT_UNKNOWN: (v: { grant: string; name: string }) => ({
    exitCode: wrongUsage,
    message: `"${v.grant}" has no grant for "${v.name}".`,
    hint: `List all grants: dmm-env access list ${v.name}`,
  }),
  DMM_KEY_UNREADABLE: (v: { file: string; problem: string; hint: string }) => ({
    exitCode: notReady,
    message: `${v.file} does not contain a valid key: ${v.problem}.`,
    hint: v.hint,
  }),
  DMM_INGRESS_NOT_SERVING: (v: { name: string; seconds: number; problem: string }) => ({
    exitCode: notMade,
    message: `The ingress of "${v.name}" did not serve an authorised request within ${v.seconds} seconds: ${v.problem}`,
    hint: `Read the logs: dmm-env logs ${v.name}. Tear it down: dmm-env down ${v.name}`,
  }),
  DMM_REVOCATION_UNPROVEN: (v: { grant: string; seconds: number; name: string; seen: string }) => ({
    exitCode: notReady,
    message: `"${v.grant}" is on the revocation list, but the ingress did not reject its certificate for ${v.seconds} seconds: ${v.seen}.`,
    hint: `Close the ingress by tearing the environment down: dmm-env down ${v.name}`,
  }),
  DMM_AWS_FAILED: (v: { operation: string; problem: string }) => ({
    exitCode: notReady,
    message: `AWS rejected the request ${v.operation}: ${v.problem}`,
    hint: "Check the credentials and the region, then run the command again.",
  }),
  DMM_AWS_CREDENTIALS: (v: { region: string; problem: string }) => ({
    exitCode: notReady,
    message: `No usable AWS credentials for ${v.region}: ${v.problem}. Nothing was changed.`,
    hint: "Sign in (aws sso login, AWS_PROFILE or AWS_ACCESS_KEY_ID), then run the command again.",
  }),
  DMM_ACCOUNT_MISMATCH: (v: { name: string; expected: string; actual: string; arn: string }) => ({
    exitCode: notReady,
    message: `The environment "${v.name}" is in the AWS account ${v.expected}; the credentials belong to ${v.actual} (${v.arn}). Nothing was changed.`,
    hint: `Use credentials for the account ${v.expected}, then run the command again.`,
  }),
} as const satisfies OperatorCatalogue;
