import { VerifyError } from "../errors.ts";
import type { Secrets } from "../evidence/secrets.ts";
import { shorten } from "../shorten.ts";
import type { Target } from "../target.ts";
import type { Responded } from "./attempt.ts";
import type { AwsClients } from "./aws.ts";
import type { Ingress } from "./ingress.ts";
import { requestPatiently } from "./retry-after.ts";

/** The scopes of the verifier's client. */
export const readScope = "verify:read";
export const writeScope = "verify:write";

/**
 * Access tokens by the client credentials grant (RFC 6749 section 4.4), obtained through the ingress like any
 * client's.
 */
export interface Tokens {
  /** A new token. */
  issue(scope?: string): Promise<string>;
  /** One token with the reading scope, shared by checks that only need authorization. */
  shared(): Promise<string>;
  /** The verifier's own Basic credential (RFC 6749 section 2.3.1). */
  authorization(): Promise<string>;
  /** RFC 7009. */
  revoke(token: string): Promise<void>;
}

export function createTokens(options: {
  readonly target: Target;
  readonly ingress: Ingress;
  readonly aws: AwsClients;
  readonly secrets: Secrets;
}): Tokens {
  const { target, ingress, aws, secrets } = options;
  let authorization: Promise<string> | undefined;
  let shared: Promise<string> | undefined;

  const readAuthorization = async (): Promise<string> => {
    const { clientId, secretParameter } = target.outputs.verifier;
    const ssm = await aws.ssm();
    const response = await ssm.getParameter({ Name: secretParameter, WithDecryption: true });
    const secret = response.Parameter?.Value;
    if (!secret)
      throw new VerifyError("DMM_VERIFY_NO_TOKEN", { why: `parameter ${secretParameter} is empty` });
    secrets.add(secret);
    // RFC 6749 section 2.3.1: both are form-encoded before they become a Basic credential.
    const credential = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString(
      "base64",
    );
    secrets.add(credential);
    return `Basic ${credential}`;
  };
  const authorize = (): Promise<string> => {
    authorization ??= readAuthorization();
    // A failure is not cached: the next check retries.
    authorization.catch(() => {
      authorization = undefined;
    });
    return authorization;
  };
  const post = (path: string, form: Record<string, string>): Promise<Responded> =>
    requestPatiently(() => postOnce(path, form));
  const postOnce = async (path: string, form: Record<string, string>): Promise<Responded> => {
    // A separate connection: one from an earlier suite may be closing at this moment.
    const client = ingress.open();
    try {
      return await client.request({
        method: "POST",
        path,
        headers: {
          authorization: await authorize(),
          "content-type": "application/x-www-form-urlencoded",
        },
        body: new URLSearchParams(form).toString(),
      });
    } finally {
      client.close();
    }
  };
  const issue = async (scope: string = readScope): Promise<string> => {
    const response = await post("/oauth2/token", { grant_type: "client_credentials", scope });
    const token = response.status === 200 ? tokenIn(response.body) : undefined;
    if (token === undefined)
      throw new VerifyError("DMM_VERIFY_NO_TOKEN", {
        why: `/oauth2/token returned ${response.status} ${shorten(response.body)}`,
      });
    secrets.add(token);
    return token;
  };
  return {
    issue,
    authorization: authorize,
    shared() {
      shared ??= issue();
      // A failure is not cached: the next check retries.
      shared.catch(() => {
        shared = undefined;
      });
      return shared;
    },
    async revoke(token) {
      const response = await post("/oauth2/revoke", { token, token_type_hint: "access_token" });
      if (response.status !== 200)
        throw new VerifyError("DMM_VERIFY_NO_TOKEN", {
          why: `/oauth2/revoke returned ${response.status} ${shorten(response.body)}`,
        });
    },
  };
}

function tokenIn(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== "object" || parsed === null || !("access_token" in parsed)) return undefined;
    return typeof parsed.access_token === "string" && parsed.access_token !== ""
      ? parsed.access_token
      : undefined;
  } catch {
    return undefined;
  }
}
