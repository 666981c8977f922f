import { hash } from "node:crypto";
import type { JWTVerifyResult } from "jose";
import type { ReplayMemory } from "./replay-memory.ts";

/** A request that shows a token bound to a key, as far as a proof has to fit it. */
export interface ProvenRequest {
  readonly method: string;
  /** Where the resource is. */
  readonly origin: string;
  /** Without query. */
  readonly path: string;
  readonly token: string;
  /** Thumbprint that the token is bound to. */
  readonly thumbprint: string;
}

export const proofAlgorithms = ["ES256", "EdDSA", "Ed25519", "PS256", "RS256"] as const;

/** How far a proof's time may be from ours, in seconds, and so for how long it is remembered. */
const windowSeconds = 120;
/** A proof with a large RSA key has 1,500 characters. */
const longestProof = 4096;
const longestId = 256;

/**
 * Why a DPoP proof does not prove this request (RFC 9449 4.3), or nothing when it does. The words are for the log.
 *
 * @throws RedisUnavailableError when it cannot be told whether the proof was shown before
 */
export async function findProofFault(
  proof: string,
  request: ProvenRequest,
  memory: ReplayMemory,
): Promise<string | undefined> {
  if (proof.length > longestProof) return "too long";
  // Loaded with the OAuth2 server, which needs it anyway.
  const { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } = await import("jose");
  let verified: JWTVerifyResult;
  try {
    verified = await jwtVerify(proof, EmbeddedJWK, { typ: "dpop+jwt", algorithms: [...proofAlgorithms] });
  } catch (error) {
    return `not verified: ${(error as Error).message}`;
  }
  const { payload, protectedHeader } = verified;
  const { jti, iat, htm, htu, ath } = payload;
  if (typeof jti !== "string" || jti === "" || jti.length > longestId) return "jti";
  if (typeof iat !== "number" || Math.abs(Date.now() / 1000 - iat) > windowSeconds) return "iat";
  if (htm !== request.method) return "htm";
  if (typeof htu !== "string" || !fitsAddress(htu, request)) return "htu";
  if (ath !== hash("sha256", request.token, "base64url")) return "ath";
  const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk!);
  if (thumbprint !== request.thumbprint) return "another key";
  // Last of all: a proof that fails otherwise must not use up the right one.
  const first = await memory.isFirst("proof", [thumbprint, jti], 2 * windowSeconds);
  return first ? undefined : "shown before";
}

/** RFC 9449 4.3: without query and fragment, and normalized as RFC 3986 6.2 says. */
function fitsAddress(htu: string, { origin, path }: ProvenRequest): boolean {
  const url = URL.parse(htu);
  if (url === null || url.username !== "" || url.password !== "") return false;
  return url.origin === origin && decodeUnreserved(url.pathname) === decodeUnreserved(path);
}

function decodeUnreserved(path: string): string {
  return path.replace(/%[0-9A-Fa-f]{2}/g, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : code.toUpperCase();
  });
}
