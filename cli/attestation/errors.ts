import { entry } from "../error-entry.ts";
import { exitCodes } from "../exit-codes.ts";

const { checkFailed, wrongUsage, notReady } = exitCodes;

/** Failures of checking a signed statement. Part of the catalogue. */
export const attestationErrors = {
  DMM_ATTESTATION_UNREADABLE: entry<"file" | "problem">(
    wrongUsage,
    (v) => `${v.file} is not an attestation: ${v.problem}.`,
    () => "Give an attestation.intoto.jsonl from .dmm-env/runs or a proof from .dmm-env/teardowns.",
  ),
  DMM_SIGNER_UNKNOWN: entry<"file" | "item" | "signers">(
    notReady,
    (v) => `Item ${v.item} of ${v.file} was signed with the key ${v.signers}, which is unknown.`,
    () =>
      "Give the signer's public key: --key <file>. Get it from the signer, not together with the attestation.",
  ),
  DMM_SIGNATURE_INVALID: entry<"file" | "item" | "key">(
    checkFailed,
    (v) => `The signature of item ${v.item} of ${v.file} is invalid for the key in ${v.key}.`,
    () => "Do not trust the file: it was changed after it was signed. Get the original from the signer.",
  ),
} as const;
