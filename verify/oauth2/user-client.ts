import { createHash, randomBytes } from "node:crypto";
import type { CheckContext } from "../check.ts";
import { addEntry } from "../client/admin.ts";
import type { Responded } from "../client/attempt.ts";
import { readScope } from "../client/tokens.ts";
import { VerifyError } from "../errors.ts";

/** An application that users sign in to, created for one check: the verifier itself acts for no user. */
export interface PersonClient {
  readonly id: string;
  readonly redirectUri: string;
}

/** `demands` are further fields of the client's entry. */
export async function addPersonClient(context: CheckContext, demands: object = {}): Promise<PersonClient> {
  const id = context.uniqueName("client");
  const redirectUri = `https://${id}.example.com/callback`;
  await addEntry(context, `clients/${id}`, {
    public: true,
    grantTypes: ["authorization_code"],
    redirectUris: [redirectUri],
    scopes: [readScope],
    ...demands,
  });
  return { id, redirectUri };
}

/** Where the authorization endpoint redirects the browser. */
export interface Authorization {
  readonly status: number;
  readonly location: URL | undefined;
  /** Parameters for the application, in the query or in the fragment. */
  readonly parameters: URLSearchParams;
}

/**
 * An authorization request (RFC 6749 section 4.1.1) with PKCE S256, modified as the check requires; `null` omits a
 * parameter.
 */
export async function authorize(
  context: CheckContext,
  client: PersonClient,
  request: { readonly what: string; readonly change?: Readonly<Record<string, string | null>> },
): Promise<Authorization> {
  const parameters = {
    client_id: client.id,
    response_type: "code",
    redirect_uri: client.redirectUri,
    scope: readScope,
    state: context.uniqueName("state"),
    code_challenge: createHash("sha256").update(randomBytes(32).toString("base64url")).digest("base64url"),
    code_challenge_method: "S256",
    ...request.change,
  };
  const query = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
  const response = await context.ingress.attempt({
    path: `/oauth2/authorize?${query}`,
    signal: context.signal,
  });
  if (response.outcome !== "responded")
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", { what: `${request.what} got no response` });
  const authorization = readAuthorization(context, response);
  context.evidence.record(request.what, {
    status: authorization.status,
    location: authorization.location?.href.replace(/([?&#]code=)[^&]+/, "$1[secret]"),
  });
  return authorization;
}

/** The control: the unmodified request leads to the login, and not back to the application. */
export async function requireLogin(context: CheckContext, client: PersonClient): Promise<void> {
  const { status, location } = await authorize(context, client, { what: "control: with PKCE S256" });
  const isPage = status === 200;
  const leadsOn =
    location !== undefined && location.hostname === new URL(`https://${context.ingress.host}`).hostname;
  if (!isPage && !leadsOn)
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `an authorization request with PKCE should redirect to the sign-in page but got ${status}`,
    });
}

function readAuthorization(context: CheckContext, response: Responded): Authorization {
  const field = response.headers.location;
  const location = field === undefined ? undefined : new URL(field, `https://${context.ingress.host}`);
  const parameters = new URLSearchParams(location?.search);
  for (const [name, value] of new URLSearchParams(location?.hash.slice(1))) parameters.append(name, value);
  return { status: response.status, location, parameters };
}
