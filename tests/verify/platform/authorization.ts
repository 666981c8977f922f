import type { ServerResponse } from "node:http";
import { beginLogin } from "./login.ts";
import type { PlatformState } from "./state.ts";

/** The stand-in's authorization endpoint, up to the login. */
export function serveAuthorization(state: PlatformState, url: URL, response: ServerResponse): void {
  const { breaks } = state;
  const read = (name: string): string => url.searchParams.get(name) ?? "";
  const client = state.entries.get(`clients/${read("client_id")}`) as
    | { redirectUris: readonly string[]; requirePushedAuthorizationRequests?: boolean }
    | undefined;
  const mustPush =
    client?.requirePushedAuthorizationRequests === true && !breaks.has("takes requests that must be pushed");
  const redirect = read("redirect_uri");
  const isRegistered = client?.redirectUris.includes(redirect) === true;
  const hasPkce = read("code_challenge") !== "" && read("code_challenge_method") === "S256";
  const go = (location: string): void => void response.writeHead(303, { location }).end();
  if (!isRegistered && !breaks.has("redirects anywhere")) {
    response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_redirect_uri"}');
  } else if (read("response_type") !== "code") {
    go(
      `${redirect}#${breaks.has("grants implicitly") ? "access_token=1" : "error=unsupported_response_type"}`,
    );
  } else if (mustPush || !isRegistered || (!hasPkce && !breaks.has("needs no PKCE"))) {
    go(`${redirect}?error=invalid_request`);
  } else {
    beginLogin(url.searchParams, response);
  }
}
