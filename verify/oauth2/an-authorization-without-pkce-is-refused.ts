import { type Check, fail, pass } from "../check.ts";
import { addPersonClient, authorize, requireLogin } from "./user-client.ts";

/** RFC 9700 section 2.1.1: without PKCE S256 a captured code can be used. */
const withoutPkce = [
  ["no code_challenge", { code_challenge: null, code_challenge_method: null }],
  ["the method plain", { code_challenge_method: "plain" }],
  ["no method, which means plain", { code_challenge_method: null }],
] as const;

export const anAuthorizationWithoutPkceIsRefused: Check = {
  claim: "an authorization without PKCE is refused",
  proof:
    "a request with S256 reaches the sign-in page; without a challenge, and with `plain`, it gets `invalid_request`",
  timeoutMs: 20_000,
  async run(context) {
    const client = await addPersonClient(context);
    await requireLogin(context, client);
    for (const [what, change] of withoutPkce) {
      const { status, parameters } = await authorize(context, client, { what, change });
      if (parameters.get("error") !== "invalid_request" || parameters.has("code"))
        return fail(
          `an authorization request with ${what} should get invalid_request and got ${parameters.get("error") ?? status}`,
        );
    }
    return pass(
      `a request with S256 reaches the sign-in page; ${withoutPkce.length} without it get invalid_request`,
    );
  },
};
