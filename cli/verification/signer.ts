import { sign } from "node:crypto";
import type { Signer } from "../../verify/index.ts";
import type { Session } from "../session.ts";
import { ensureSigningKey } from "../teardown/envelope.ts";

/** Signs the evidence with this checkout's key, which stays here. */
export function createSigner({ home }: Session): Signer {
  const { key, keyId } = ensureSigningKey(home);
  return async (payload) => ({ keyid: keyId, sig: sign(null, payload, key).toString("base64") });
}
