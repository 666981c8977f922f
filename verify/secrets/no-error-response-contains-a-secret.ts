import { type Check, type CheckContext, fail, pass } from "../check.ts";
import type { Responded } from "../client/attempt.ts";
import type { ClientRequest } from "../client/http.ts";
import type { ClientIdentity } from "../client/ingress.ts";
import { VerifyError } from "../errors.ts";
import { listParameters, readParameter } from "./parameters.ts";

interface Provocation extends ClientRequest {
  readonly what: string;
  readonly status: number;
  readonly site?: NonNullable<ClientIdentity["site"]>;
}

export const noErrorResponseContainsASecret: Check = {
  claim: "no error response contains a secret",
  proof:
    "11 errors of the gateway, the OAuth2 server and the admin site contain no parameter's value, no token and no stack trace",
  timeoutMs: 30_000,
  async run(context) {
    const token = await context.tokens.issue();
    const names = (await listParameters(context)).map(({ name }) => name);
    const secrets = new Map<string, string>([["the token", token]]);
    for (const name of names) secrets.set(name, await readParameter(context, name, { opened: true }));
    const provocations = await planProvocations(context, token);
    for (const provocation of provocations) {
      const { what, status, site, ...request } = provocation;
      const response = await provoke(context, request, site);
      // The text itself is not recorded: it might contain one.
      context.evidence.record(what, { status: response.status, bytes: response.body.length });
      if (response.status !== status)
        throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
          what: `${what} should return ${status} but returned ${response.status}`,
        });
      const text = JSON.stringify(response.headers) + response.body;
      const shown = [...secrets].find(([, secret]) => text.includes(secret));
      if (shown !== undefined) return fail(`${what} returns ${status} and shows ${shown[0]}`);
      // A stack trace reveals files and addresses.
      if (/\bat .+\.[cm]?[jt]s:\d+/.test(response.body))
        return fail(`${what} returns ${status} with a stack trace`);
    }
    return pass(`${provocations.length} errors contain none of ${secrets.size} secrets and no stack trace`);
  },
};

async function planProvocations(context: CheckContext, token: string): Promise<readonly Provocation[]> {
  const good = { authorization: `Bearer ${token}` };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const own = { ...form, authorization: await context.tokens.authorization() };
  const post = (body: string, headers: Record<string, string>) => ({
    method: "POST",
    path: "/oauth2/token",
    headers,
    body,
  });
  return [
    { what: "no token", status: 401, path: "/verify/echo" },
    {
      what: "a token with a letter more",
      status: 401,
      path: "/verify/echo",
      headers: { authorization: `${good.authorization}x` },
    },
    { what: "a missing scope", status: 403, method: "POST", path: "/verify/echo", headers: good, body: "" },
    { what: "an unknown route", status: 404, path: `/verify/unknown?access_token=${token}`, headers: good },
    { what: "a wrong method", status: 405, method: "DELETE", path: "/verify/echo", headers: good },
    { what: "a dead upstream", status: 502, path: "/verify/dead", headers: good },
    { what: "a slow upstream", status: 504, path: "/verify/slow?ms=5000", headers: good },
    { what: "an unknown grant", status: 400, ...post("grant_type=none", own) },
    { what: "an unknown scope", status: 400, ...post("grant_type=client_credentials&scope=none", own) },
    {
      what: "a wrong client secret",
      status: 401,
      ...post("grant_type=client_credentials", {
        ...form,
        authorization: "Basic dmVyaWZpZXI6d3Jvbmctc2VjcmV0",
      }),
    },
    { what: "an unknown entry of the admin site", status: 404, path: "/api/routes/unknown", site: "admin" },
  ];
}

async function provoke(
  context: CheckContext,
  request: ClientRequest,
  site: ClientIdentity["site"],
): Promise<Responded> {
  const client = context.ingress.open(site === undefined ? {} : { site });
  try {
    return await client.request({ ...request, signal: context.signal });
  } finally {
    client.close();
  }
}
