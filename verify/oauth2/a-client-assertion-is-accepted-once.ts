import { type Check, fail, inconclusive, pass } from "../check.ts";
import { describeFormResponse, holdsToken, postForm, tokenEndpoint } from "./endpoint.ts";
import { addKeyClient, createAssertionForm } from "./key-client.ts";

/** Number of concurrent requests, each on its own connection and so at any gateway. */
const atOnce = 12;

/** RFC 7523 section 3: a captured assertion must not yield a token, not even a moment later. */
export const aClientAssertionIsAcceptedOnce: Check = {
  claim: "a client assertion is accepted once",
  proof:
    "a client with a key gets a token for an assertion once: not when it is reused, and for only one of twelve concurrent requests",
  timeoutMs: 20_000,
  async run(context) {
    const client = await addKeyClient(context);
    const post = (what: string, form: ReturnType<typeof createAssertionForm>) =>
      postForm(context, { what, path: tokenEndpoint, form, authorization: null });
    const form = createAssertionForm(context, client);
    const first = await post("control: an assertion for the first time", form);
    if (!holdsToken(first))
      return inconclusive(`a new assertion should get a token but got ${describeFormResponse(first)}`);
    const again = await post("the same assertion again", form);
    if (again.status !== 401 || holdsToken(again))
      return fail(`the same assertion should return 401 but returned ${describeFormResponse(again)}`);
    const another = createAssertionForm(context, client);
    const responses = await Promise.all(
      Array.from({ length: atOnce }, (_, index) =>
        post(`another assertion, ${index + 1} of ${atOnce}`, another),
      ),
    );
    const taken = responses.filter(holdsToken).length;
    if (taken !== 1)
      return fail(
        `of ${atOnce} concurrent requests with one assertion, 1 should get a token but ${taken} did`,
      );
    return pass(
      `an assertion gets a token once: not when reused, and for only 1 of ${atOnce} concurrent requests`,
    );
  },
};
