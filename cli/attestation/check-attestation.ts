import { verify } from "node:crypto";
import { type Envelope, encodePreAuthentication } from "../../verify/evidence/dsse.ts";
import { OperatorError } from "../errors.ts";
import { type Description, describeStatements } from "./describe-statement.ts";
import type { PublicKey } from "./public-key.ts";
import { readEnvelopes } from "./read-envelopes.ts";

/** The statements of a file, every signature of which is valid. */
export interface CheckedAttestation {
  /** Keys that its statements were signed with. */
  readonly keys: readonly PublicKey[];
  readonly statements: readonly Description[];
  /** `undecided` if neither a run's summary nor a teardown is among the statements. */
  readonly verdict: "passed" | "failed" | "undecided";
}

/**
 * Verifies every envelope of a file against the given keys, then reads its statements. Throws
 * DMM_ATTESTATION_UNREADABLE, DMM_SIGNER_UNKNOWN, DMM_SIGNATURE_INVALID.
 */
export function checkAttestation(file: string, keys: readonly PublicKey[]): CheckedAttestation {
  const envelopes = readEnvelopes(file);
  const used = envelopes.map((envelope, index) => checkSignature({ file, item: index + 1, envelope, keys }));
  const statements = describeStatements(envelopes);
  const decisions = statements.flatMap(({ passed }) => (passed === null ? [] : [passed]));
  return {
    keys: [...new Map(used.map((key) => [key.keyId, key])).values()],
    statements,
    verdict: decisions.length === 0 ? "undecided" : decisions.every(Boolean) ? "passed" : "failed",
  };
}

function checkSignature(about: {
  readonly file: string;
  readonly item: number;
  readonly envelope: Envelope;
  readonly keys: readonly PublicKey[];
}): PublicKey {
  const { file, item, envelope, keys } = about;
  const signed = encodePreAuthentication(envelope.payloadType, Buffer.from(envelope.payload, "base64"));
  for (const { keyid, sig } of envelope.signatures) {
    const key = keys.find(({ keyId }) => keyId === keyid);
    if (key === undefined) continue;
    if (verify(null, signed, key.key, Buffer.from(sig, "base64"))) return key;
    throw new OperatorError("DMM_SIGNATURE_INVALID", { file, item, key: key.file });
  }
  const signers = envelope.signatures.map(({ keyid }) => keyid).join(", ");
  throw new OperatorError("DMM_SIGNER_UNKNOWN", { file, item, signers });
}
