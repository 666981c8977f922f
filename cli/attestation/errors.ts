import type { OperatorCatalogue } from "../error-text.ts";
import { exitCodes } from "../exit-codes.ts";

const { wrongUsage, notReady, checkFailed } = exitCodes;

/** Failures of checking a signed statement. */
export const attestationErrors = {
  DMM_ATTESTATION_UNREADABLE: (v: { file: string; problem: string }) => ({
    exitCode: wrongUsage,
    message: `${v.file} is not an attestation: ${v.problem}.`,
    hint: "Give an attestation.intoto.jsonl from .dmm-env/runs or a proof from .dmm-env/teardowns.",
  }),
  DMM_SIGNER_UNKNOWN: (v: { file: string; item: number; signers: string }) => ({
    exitCode: notReady,
    message: `Item ${v.item} of ${v.file} was signed with the key ${v.signers}, which is unknown.`,
    hint: "Give the signer's public key: --key <file>. Get it from the signer, not together with the attestation.",
  }),
  DMM_SIGNATURE_INVALID: (v: { file: string; item: number; key: string }) => ({
    exitCode: checkFailed,
    message: `The signature of item ${v.item} of ${v.file} is invalid for the key in ${v.key}.`,
    hint: "Do not trust the file: it was changed after it was signed. Get the original from the signer.",
  }),
} as const satisfies OperatorCatalogue;
