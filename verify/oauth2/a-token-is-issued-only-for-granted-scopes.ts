import { type Check, fail, inconclusive, pass } from "../check.ts";
import { readScope } from "../client/tokens.ts";
import { describeFormResponse, holdsToken, postForm, tokenEndpoint } from "./endpoint.ts";

/** A scope that no client has, and scopes with more access than the verifier may have. */
const foreign = ["verify:admin", "token:introspect", `${readScope} verify:admin`];

export const aTokenIsIssuedOnlyForGrantedScopes: Check = {
  claim: "a token is issued only for granted scopes",
  proof: "a scope of the client is issued as requested; three requests for more get 400 `invalid_scope`",
  timeoutMs: 15_000,
  async run(context) {
    const own = await postForm(context, {
      what: "control: a scope of the client",
      path: tokenEndpoint,
      form: [
        ["grant_type", "client_credentials"],
        ["scope", readScope],
      ],
    });
    if (own.status !== 200 || !holdsToken(own))
      return inconclusive(
        `a token for ${readScope} should be issued, but the response was ${describeFormResponse(own)}`,
      );
    // RFC 6749 section 3.3: absent means as requested.
    const granted = own.fields.scope ?? readScope;
    if (granted !== readScope) return fail(`a token for ${readScope} was issued with ${String(granted)}`);
    for (const scope of foreign) {
      const response = await postForm(context, {
        what: `the scope ${scope}`,
        path: tokenEndpoint,
        form: [
          ["grant_type", "client_credentials"],
          ["scope", scope],
        ],
      });
      if (holdsToken(response))
        return fail(`a token for ${scope} was issued with ${String(response.fields.scope)}`);
      if (response.status !== 400 || response.fields.error !== "invalid_scope")
        return fail(
          `${scope} should return 400 invalid_scope but returned ${describeFormResponse(response)}`,
        );
    }
    return pass(`${readScope} is issued, and ${foreign.length} requests for more return 400 invalid_scope`);
  },
};
