/** Signs bytes. The key stays with the caller of the suites. */
export type Signer = (payload: Uint8Array) => Promise<{
  readonly keyid: string;
  /** Signature over the bytes given, in base64. */
  readonly sig: string;
}>;

/** A signed statement in the form of DSSE 1.0.2 (https://github.com/secure-systems-lab/dsse). */
export interface Envelope {
  /** Base64. */
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

export const inTotoType = "application/vnd.in-toto+json";

/**
 * The input of a DSSE signature (PAE): type and body with their lengths, so that neither can be moved into the
 * other.
 */
export function encodePreAuthentication(type: string, body: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Puts an in-toto statement into a signed envelope. */
export async function signStatement(statement: object, signer: Signer): Promise<Envelope> {
  const body = Buffer.from(JSON.stringify(statement));
  const signature = await signer(encodePreAuthentication(inTotoType, body));
  return {
    payload: body.toString("base64"),
    payloadType: inTotoType,
    signatures: [{ keyid: signature.keyid, sig: signature.sig }],
  };
}
