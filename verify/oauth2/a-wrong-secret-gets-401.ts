import { randomBytes } from "node:crypto";
import { type Check, fail, pass } from "../check.ts";
import { readScope } from "../client/tokens.ts";
import { describeFormResponse, holdsToken, postForm, tokenEndpoint } from "./endpoint.ts";

export const aWrongSecretGets401: Check = {
  claim: "a wrong secret gets 401",
  proof: "a wrong secret and an unknown client get 401 `invalid_client` with a challenge",
  timeoutMs: 15_000,
  async run(context) {
    await context.tokens.issue();
    const { clientId } = context.target.outputs.verifier;
    const attempts = [
      ["a wrong secret", clientId, randomBytes(30).toString("base64url")],
      ["an unregistered client", context.uniqueName("client"), randomBytes(30).toString("base64url")],
    ] as const;
    for (const [what, id, secret] of attempts) {
      const response = await postForm(context, {
        what,
        path: tokenEndpoint,
        form: [
          ["grant_type", "client_credentials"],
          ["scope", readScope],
        ],
        authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${secret}`).toString("base64")}`,
      });
      if (holdsToken(response)) return fail(`${what} got a token`);
      // RFC 6749 section 5.2: 401 with a challenge, as the client sent an Authorization field.
      const isRefused = response.status === 401 && response.fields.error === "invalid_client";
      if (!isRefused)
        return fail(
          `${what} should return 401 invalid_client but returned ${describeFormResponse(response)}`,
        );
      if (!/^basic\b/i.test(response.headers["www-authenticate"] ?? ""))
        return fail(`${what} returns 401 without a Basic challenge`);
    }
    return pass(`${attempts.length} wrong credentials return 401 invalid_client with a challenge`);
  },
};
