import { type Check, type CheckContext, type Finding, fail, pass } from "../check.ts";
import { readScope } from "../client/tokens.ts";
import { describeFormResponse, holdsToken, postForm, tokenEndpoint } from "./endpoint.ts";
import { addPersonClient, authorize, type PersonClient, requireLogin } from "./user-client.ts";

const implicitTypes = ["token", "id_token", "id_token token", "code token"];

/** RFC 9700 sections 2.1.2 and 2.4. */
export const implicitAndPasswordGrantsAreRefused: Check = {
  claim: "implicit and password grants are refused",
  proof: "four implicit response types and the password grant get an error and no token",
  timeoutMs: 20_000,
  async run(context) {
    const client = await addPersonClient(context);
    await requireLogin(context, client);
    return (
      (await checkImplicit(context, client)) ??
      (await checkPassword(context)) ??
      pass(`${implicitTypes.length} implicit response types and the password grant are refused`)
    );
  },
};

async function checkImplicit(context: CheckContext, client: PersonClient): Promise<Finding | undefined> {
  for (const type of implicitTypes) {
    const what = `response_type=${type}`;
    const change = { response_type: type, nonce: context.uniqueName("nonce") };
    const { status, parameters } = await authorize(context, client, { what, change });
    const error = parameters.get("error");
    if (parameters.has("access_token") || parameters.has("id_token")) return fail(`${what} got a token`);
    if (error !== "unsupported_response_type" && error !== "unauthorized_client" && status !== 400)
      return fail(`${what} should be refused and got ${error ?? status}`);
  }
  return undefined;
}

async function checkPassword(context: CheckContext): Promise<Finding | undefined> {
  const response = await postForm(context, {
    what: "grant_type=password",
    path: tokenEndpoint,
    form: [
      ["grant_type", "password"],
      ["username", "somebody"],
      ["password", "anything"],
      ["scope", readScope],
    ],
  });
  const refusals = ["unsupported_grant_type", "unauthorized_client"];
  if (!holdsToken(response) && response.status === 400 && refusals.includes(String(response.fields.error)))
    return undefined;
  return fail(`the password grant should return 400 but returned ${describeFormResponse(response)}`);
}
