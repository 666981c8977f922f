import { type Check, fail, inconclusive, pass } from "../check.ts";
import { readScope } from "../client/tokens.ts";
import { holdsToken, introspectionEndpoint, postForm, tokenEndpoint } from "./endpoint.ts";

/** RFC 6749 section 5.1: a cache that stored one would return it to other clients. */
export const aTokenResponseIsNotCacheable: Check = {
  claim: "a token response is not cacheable",
  proof: "a token response, an error response and an introspection response have `Cache-Control: no-store`",
  timeoutMs: 15_000,
  async run(context) {
    const issued = await postForm(context, {
      what: "a token",
      path: tokenEndpoint,
      form: [
        ["grant_type", "client_credentials"],
        ["scope", readScope],
      ],
    });
    if (!holdsToken(issued)) return inconclusive(`no token was issued: ${issued.status}`);
    const refused = await postForm(context, {
      what: "an error response",
      path: tokenEndpoint,
      form: [
        ["grant_type", "client_credentials"],
        ["scope", context.uniqueName("scope")],
      ],
    });
    const introspected = await postForm(context, {
      what: "an introspection response",
      path: introspectionEndpoint,
      form: [["token", String(issued.fields.access_token)]],
    });
    for (const [what, response] of Object.entries({ issued, refused, introspected })) {
      const field = response.headers["cache-control"] ?? "";
      if (!/(?:^|[\s,])no-store(?:$|[\s,])/i.test(field))
        return fail(`the response "${what}" is cacheable: Cache-Control is ${field || "absent"}`);
    }
    return pass(
      "a token response, an error response and an introspection response have Cache-Control: no-store",
    );
  },
};
