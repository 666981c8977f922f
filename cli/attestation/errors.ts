import { entry } from "../error-entry.ts";
import { exitCodes } from "../exit-codes.ts";

const { claimBroken, wrongUsage, notReady } = exitCodes;

/** Failures of checking a signed statement. Part of the catalogue. */
export const attestationErrors = {
  DMM_ATTESTATION_UNREADABLE: entry<"file" | "problem">(
    wrongUsage,
    (v) => `${v.file} is not an attestation: ${v.problem}.`,
    () => "Name an attestation.intoto.jsonl of .dmm-env/runs or a proof of .dmm-env/releases.",
  ),
  DMM_SIGNER_UNKNOWN: entry<"file" | "item" | "signers">(
    notReady,
    (v) => `Item ${v.item} of ${v.file} was signed with the key ${v.signers}, which is not a known key.`,
    () =>
      "Name the signer's public key: --key FILE. Get it from the signer, not from beside the attestation.",
  ),
  DMM_SIGNATURE_INVALID: entry<"file" | "item" | "key">(
    claimBroken,
    (v) => `The signature of item ${v.item} of ${v.file} is invalid for the key in ${v.key}.`,
    () => "Do not trust the file: it was changed after it was signed. Get the original from the signer.",
  ),
} as const;
