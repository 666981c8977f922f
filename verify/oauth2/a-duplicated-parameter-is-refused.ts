import { type Check, fail, inconclusive, pass } from "../check.ts";
import { readScope, writeScope } from "../client/tokens.ts";
import { describeFormResponse, holdsToken, postForm, tokenEndpoint } from "./endpoint.ts";

const plain = [
  ["grant_type", "client_credentials"],
  ["scope", readScope],
] as const;

/** RFC 6749 section 3.2: two servers would each use a different one of the two. */
export const aDuplicatedParameterIsRefused: Check = {
  claim: "a duplicated parameter is refused",
  proof: "four forms, each with one duplicate parameter, get 400",
  timeoutMs: 15_000,
  async run(context) {
    const once = await postForm(context, {
      what: "control: each parameter once",
      path: tokenEndpoint,
      form: plain,
    });
    if (!holdsToken(once))
      return inconclusive(`a token should be issued, but the response was ${describeFormResponse(once)}`);
    const doubles = [
      ["scope", writeScope],
      ["scope", readScope],
      ["grant_type", "client_credentials"],
      ["grant_type", "password"],
    ] as const;
    for (const [name, value] of doubles) {
      const what = `a second ${name}=${value}`;
      const response = await postForm(context, {
        what,
        path: tokenEndpoint,
        form: [...plain, [name, value]],
      });
      if (response.status !== 400 || holdsToken(response))
        return fail(`${what} should return 400 but returned ${describeFormResponse(response)}`);
    }
    return pass(`${doubles.length} requests with a duplicate parameter return 400`);
  },
};
