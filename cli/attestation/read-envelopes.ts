import { readFileIfPresent } from "../../machine/files.ts";
import type { Envelope } from "../../verify/evidence/dsse.ts";
import { OperatorError } from "../errors.ts";

/**
 * Reads the DSSE envelopes of a file: one JSON object, as in the proof of a teardown, or one on each line, as in a run's
 * attestation. Throws DMM_ATTESTATION_UNREADABLE.
 */
export function readEnvelopes(file: string): readonly Envelope[] {
  const text = readFileIfPresent(file);
  if (text === undefined) throw unreadable(file, "there is no such file");
  const whole = parse(text);
  const values = whole === undefined ? text.trimEnd().split("\n").map(parse) : [whole];
  return values.map((value, index) => {
    if (!isEnvelope(value)) throw unreadable(file, `item ${index + 1} is not a DSSE envelope`);
    return value;
  });
}

function unreadable(file: string, problem: string): OperatorError {
  return new OperatorError("DMM_ATTESTATION_UNREADABLE", { file, problem });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== "object" || value === null) return false;
  const { payloadType, payload, signatures } = value as Record<string, unknown>;
  if (typeof payloadType !== "string" || typeof payload !== "string") return false;
  return Array.isArray(signatures) && signatures.length > 0 && signatures.every(isSignature);
}

function isSignature(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { keyid, sig } = value as Record<string, unknown>;
  return typeof keyid === "string" && typeof sig === "string";
}
