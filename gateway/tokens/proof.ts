import { hash } from "node:crypto";
import type { JWTVerifyResult } from "jose";
import type { ProofNonces } from "./nonces.ts";
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

type Claims = JWTVerifyResult["payload"];

/** What proofs are held against. */
export interface ProofChecks {
  readonly memory: ReplayMemory;
  readonly nonces: ProofNonces;
}

/** Why a proof does not prove its request, in words for the log. */
export interface ProofFault {
  readonly reason: string;
  /** With a nonce of ours it might: the client is to try again with the next one. */
  readonly needsNonce?: true;
}

export const proofAlgorithms = ["ES256", "EdDSA", "Ed25519", "PS256", "RS256"] as const;

/** How far a proof's time may be from ours, in seconds. */
const windowSeconds = 120;
/** For how long a proof is remembered: longer than its time or its nonce is good for. */
const memorySeconds = 300;
/** A proof with a large RSA key has 1,500 characters. */
const longestProof = 4096;
const longestId = 256;

/**
 * Why a DPoP proof does not prove this request (RFC 9449 4.3), or nothing when it does.
 *
 * @throws RedisUnavailableError when it cannot be told whether the proof was shown before
 */
export async function findProofFault(
  proof: string,
  request: ProvenRequest,
  { memory, nonces }: ProofChecks,
): Promise<ProofFault | undefined> {
  if (proof.length > longestProof) return { reason: "too long" };
  // Loaded with the OAuth2 server, which needs it anyway.
  const { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } = await import("jose");
  let verified: JWTVerifyResult;
  try {
    verified = await jwtVerify(proof, EmbeddedJWK, { typ: "dpop+jwt", algorithms: [...proofAlgorithms] });
  } catch (error) {
    return { reason: `not verified: ${(error as Error).message}` };
  }
  const { payload, protectedHeader } = verified;
  const wrongClaim = findWrongClaim(payload, request);
  if (wrongClaim !== undefined) return { reason: wrongClaim };
  const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk!);
  if (thumbprint !== request.thumbprint) return { reason: "signed with a different key" };
  const staleness = await findStaleness(payload, nonces);
  if (staleness !== undefined) return { reason: staleness, needsNonce: true };
  // Last of all: a proof that fails otherwise must not use up the right one.
  const first = await memory.isFirst("proof", [thumbprint, payload.jti!], memorySeconds);
  return first ? undefined : { reason: "already used" };
}

/** RFC 9449 11.1: a nonce tells when a proof was made, and better than the client's clock. */
async function findStaleness({ iat, nonce }: Claims, nonces: ProofNonces): Promise<string | undefined> {
  if (nonce === undefined && !nonces.demanded)
    return Math.abs(Date.now() / 1000 - iat!) > windowSeconds ? "iat" : undefined;
  return typeof nonce === "string" && (await nonces.isGood(nonce)) ? undefined : "nonce";
}

function findWrongClaim(claims: Claims, request: ProvenRequest): string | undefined {
  const { jti, iat, htm, htu, ath } = claims;
  if (typeof jti !== "string" || jti === "" || jti.length > longestId) return "jti";
  if (typeof iat !== "number") return "iat";
  if (htm !== request.method) return "htm";
  if (typeof htu !== "string" || !fitsAddress(htu, request)) return "htu";
  return ath === hash("sha256", request.token, "base64url") ? undefined : "ath";
}

/** RFC 9449 4.3: without query and fragment, and normalized as RFC 3986 6.2 says. */
function fitsAddress(htu: string, { origin, path }: ProvenRequest): boolean {
  const url = URL.parse(htu);
  if (url === null || url.username !== "" || url.password !== "") return false;
  // A dot at the end of a host's name makes no other host.
  return (
    url.origin.replace(/\.(?=:[0-9]+$|$)/, "") === origin &&
    decodeUnreserved(url.pathname) === decodeUnreserved(path)
  );
}

function decodeUnreserved(path: string): string {
  return path.replace(/%[0-9A-Fa-f]{2}/g, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : code.toUpperCase();
  });
}
