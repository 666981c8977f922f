import type { PlatformOutputs } from "../../stacks/outputs.ts";
import { OperatorError } from "../errors.ts";
import type { AwsAccess } from "./aws-access.ts";
import { ask, type ClientIdentity, type Ingress } from "./ingress.ts";

/** An access token and its validity. */
export interface Token {
  readonly value: string;
  readonly expiresInSeconds: number;
}

/** The secret of the verifier's OAuth2 client, from the platform's own store. Never shown, never stored. */
export async function readVerifierSecret(
  aws: AwsAccess,
  verifier: PlatformOutputs["verifier"],
): Promise<string> {
  const { GetParameterCommand, SSMClient } = await import("@aws-sdk/client-ssm");
  const ssm = new SSMClient(aws);
  try {
    const { Parameter } = await ssm.send(
      new GetParameterCommand({ Name: verifier.secretParameter, WithDecryption: true }),
    );
    return Parameter?.Value ?? "";
  } catch (cause) {
    const { name, message } = cause as Error;
    throw new OperatorError(
      "DMM_AWS_FAILED",
      { operation: `to read ${verifier.secretParameter}`, problem: `${name}: ${message}` },
      cause,
    );
  } finally {
    ssm.destroy();
  }
}

/** Fetches a token by client credentials (RFC 6749 section 4.4). Rejects with the ingress's response otherwise. */
export async function fetchToken(
  ingress: Ingress,
  client: ClientIdentity,
  credentials: { readonly id: string; readonly secret: string; readonly scope: string },
): Promise<Token> {
  const { id, secret, scope } = credentials;
  const response = await ask(ingress, {
    method: "POST",
    path: "/oauth2/token",
    client,
    headers: {
      // RFC 6749 section 2.3.1: both parts are form-encoded before Base64.
      authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({ grant_type: "client_credentials", scope }).toString(),
  });
  if (response.status !== 200)
    throw new Error(`/oauth2/token returned ${response.status}: ${response.body.slice(0, 200)}`);
  const { access_token: value, expires_in: expiresInSeconds } = JSON.parse(response.body) as Record<
    string,
    unknown
  >;
  return { value: String(value), expiresInSeconds: Number(expiresInSeconds) };
}
