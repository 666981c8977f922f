import { createHash, randomBytes } from "node:crypto";
import { type Check, type CheckContext, type Finding, fail, pass } from "../check.ts";
import { openDoor } from "../client/ingress-access.ts";
import { readScope } from "../client/tokens.ts";
import { Browser, Stopped, type Visited } from "./browser.ts";
import { describeFormResponse, holdsToken, postForm, tokenEndpoint } from "./endpoint.ts";
import { addPerson, type Person } from "./user.ts";
import { addPersonClient, authorize, type PersonClient } from "./user-client.ts";

/** Login, choice of a password, consent. */
const mostPages = 6;

export const aUserSignsInThroughTheBrowserFlow: Check = {
  claim: "a user signs in through the browser flow",
  proof:
    "a user created for the check signs in, chooses a password and gives consent: every redirect and form stays at the issuer, each page's `form-action` allows its targets, and the code is exchanged for a token that an API accepts",
  timeoutMs: 60_000,
  async run(context) {
    const person = await addPerson(context);
    const client = await addPersonClient(context);
    if (person === undefined) return await findWayElsewhere(context, client);
    try {
      return await signIn(context, client, person);
    } catch (error) {
      if (error instanceof Stopped) return fail(error.message);
      throw error;
    }
  },
};

/** If users are kept elsewhere no user can be created to sign in, and only the redirect there is ours. */
async function findWayElsewhere(context: CheckContext, client: PersonClient): Promise<Finding> {
  const { location } = await authorize(context, client, { what: "the redirect to the sign-in page" });
  const { url } = context.target.ingress;
  return location?.origin === url
    ? pass(`users sign in at another service; the redirect starts at ${url}`)
    : fail(
        `the authorization endpoint should redirect to the sign-in page at ${url} but redirects to ${location?.origin}`,
      );
}

async function signIn(context: CheckContext, client: PersonClient, person: Person): Promise<Finding> {
  const browser = new Browser(context, client.redirectUri);
  const verifier = randomBytes(32).toString("base64url");
  const state = context.uniqueName("state");
  const query = new URLSearchParams({
    client_id: client.id,
    response_type: "code",
    redirect_uri: client.redirectUri,
    scope: readScope,
    state,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const first = await browser.open(`/oauth2/authorize?${query}`);
  const responded = await fillIn(browser, first, person);
  const code = responded.url.searchParams.get("code");
  if (code === null || responded.url.searchParams.get("state") !== state)
    return fail(`the sign-in should end with a code but ended with ${describeEnd(responded)}`);
  return redeem(context, client, { code, verifier });
}

/** Fills in each page until the browser is at the application. */
async function fillIn(browser: Browser, first: Visited, person: Person): Promise<Visited> {
  const { name, password, chosenPassword } = person;
  let page = first;
  for (let shown = 0; shown < mostPages && page.status !== 0; shown += 1) {
    if (page.status !== 200)
      throw new Stopped(`the page at ${page.url.pathname} has the status ${page.status}`);
    if (page.body.includes('name="again"'))
      page = await browser.submit(page, "/password", { new: chosenPassword, again: chosenPassword });
    else if (page.body.includes('name="password"'))
      page = await browser.submit(page, "/login", { name, password });
    else page = await browser.submit(page, "/consent", {});
  }
  return page;
}

async function redeem(
  context: CheckContext,
  client: PersonClient,
  { code, verifier }: { readonly code: string; readonly verifier: string },
): Promise<Finding> {
  const response = await postForm(context, {
    what: "the code at the token endpoint",
    path: tokenEndpoint,
    authorization: null,
    form: [
      ["grant_type", "authorization_code"],
      ["client_id", client.id],
      ["redirect_uri", client.redirectUri],
      ["code", code],
      ["code_verifier", verifier],
    ],
  });
  if (!holdsToken(response))
    return fail(
      `the code should be exchanged for a token, but the response was ${describeFormResponse(response)}`,
    );
  const authorization = `Bearer ${String(response.fields.access_token)}`;
  const served = await context.ingress.attempt({
    path: openDoor,
    headers: { authorization },
    signal: context.signal,
  });
  const status = served.outcome === "responded" ? served.status : served.outcome;
  context.evidence.record(`GET ${openDoor} with the user's token`, { status });
  if (status !== 200) return fail(`the user's token should be accepted at ${openDoor} but got ${status}`);
  return pass(
    `sign-in, consent and redirect stay at ${context.target.ingress.url}, and the code is exchanged for a token`,
  );
}

function describeEnd({ url, status }: Visited): string {
  return url.searchParams.get("error") ?? `${status} at ${url.pathname}`;
}
