import * as oauth from "oauth4webapi";
import type { Browser } from "./browser.ts";
import { issuer, redirectUri, type StartedServer, signIn } from "./started-server.ts";

/** An authorization request before it is sent: its parameters can be changed. */
export interface Request {
  readonly url: URL;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

export async function createRequest(
  clientId = "app",
  parameters: Record<string, string> = {},
): Promise<Request> {
  const [verifier, state, nonce] = [
    oauth.generateRandomCodeVerifier(),
    oauth.generateRandomState(),
    oauth.generateRandomNonce(),
  ];
  const url = new URL("/oauth2/authorize", issuer);
  url.search = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid profile email verify:read",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    ...parameters,
  }).toString();
  // Only a login has a nonce (OpenID Connect Core section 3.1.2.1).
  if (!String(url.searchParams.get("scope")).includes("openid")) url.searchParams.delete("nonce");
  return { url, verifier, state, nonce };
}

/** The response to the client, checked as strictly as in `oauth4webapi`: state and issuer. */
export async function authorize(
  server: StartedServer,
  request: Request,
  { browser = server.browser(), clientId = "app" }: { browser?: Browser; clientId?: string } = {},
): Promise<URLSearchParams> {
  const visited = await signIn(browser, await browser.open(request.url));
  return oauth.validateAuthResponse(server.metadata, { client_id: clientId }, visited.url, request.state);
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly response: oauth.TokenEndpointResponse;
}

/** The whole code flow for a public client. */
export async function obtainTokens(
  server: StartedServer,
  clientId = "app",
  parameters: Record<string, string> = {},
): Promise<Tokens> {
  const request = await createRequest(clientId, parameters);
  const code = await authorize(server, request, { clientId });
  const client = { client_id: clientId };
  const response = await oauth.authorizationCodeGrantRequest(
    server.metadata,
    client,
    oauth.None(),
    code,
    redirectUri,
    request.verifier,
    server.options,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server.metadata, client, response, {
    ...(String(parameters.scope ?? "openid").includes("openid")
      ? { expectedNonce: request.nonce, requireIdToken: true }
      : {}),
  });
  return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token, response: tokens };
}
