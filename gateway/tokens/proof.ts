import { hash } from "node:crypto";
import type { JWTVerifyResult } from "jose";
import type { ProofNonces } from "./nonces.ts";
import type { ReplayMemory } from "./replay-memory.ts";

/** A request with a key-bound token, as far as a proof has to match it. */
export interface ProvenRequest {
  readonly method: string;
  /** The resource's origin. */
  readonly origin: string;
  /** Without query. */
  readonly path: string;
  readonly token: string;
  /** Thumbprint that the token is bound to. */
  readonly thumbprint: string;
}

type Claims = JWTVerifyResult["payload"];

/** What proofs are checked against. */
export interface ProofChecks {
  readonly memory: ReplayMemory;
  readonly nonces: ProofNonces;
}

/** Why a proof does not match its request, for the log. */
export interface ProofFault {
  readonly reason: string;
  /** It might pass with a server nonce: the client should retry with the next one. */
  readonly needsNonce?: true;
}

export const proofAlgorithms = ["ES256", "EdDSA", "Ed25519", "PS256", "RS256"] as const;

/** Accepted clock difference of a proof, in seconds. */
const windowSeconds = 120;
/** How long a proof is remembered, in seconds: longer than its time or its nonce is valid. */
const memorySeconds = 300;
/** A proof with a large RSA key has 1,500 characters. */
const longestProof = 4096;
const longestId = 256;

/**
 * Why a DPoP proof does not match this request (RFC 9449 section 4.3), or nothing when it does.
 *
 * @throws RedisUnavailableError when it cannot be determined whether the proof was replayed
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
  // Checked last: a proof that fails otherwise must not mark the right one as used.
  const first = await memory.isFirst("proof", [thumbprint, payload.jti!], memorySeconds);
  return first ? undefined : { reason: "already used" };
}

/** RFC 9449 section 11.1: a nonce shows when a proof was made, more reliably than the client's clock. */
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

/** RFC 9449 section 4.3: without query and fragment, normalized as in RFC 3986 section 6.2. */
function fitsAddress(htu: string, { origin, path }: ProvenRequest): boolean {
  const url = URL.parse(htu);
  if (url === null || url.username !== "" || url.password !== "") return false;
  // A trailing dot does not make another host.
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
