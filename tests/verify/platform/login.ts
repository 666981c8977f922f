import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { PlatformState } from "./state.ts";

const loginPage = "/oauth2/interaction/1";

/** Stores the authorization request in the browser, and redirects it to the login. */
export function beginLogin(query: URLSearchParams, response: ServerResponse): void {
  const request = Buffer.from(String(query)).toString("base64url");
  response.writeHead(303, { location: loginPage, "set-cookie": `request=${request}; path=/oauth2` }).end();
}

/** The stand-in's login page: a correct password redirects to the application with a code. */
export function serveLogin(state: PlatformState, request: IncomingMessage, response: ServerResponse): void {
  const cookie = /(?:^|; )request=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
  const query = new URLSearchParams(Buffer.from(cookie, "base64url").toString());
  const application = query.get("redirect_uri") ?? "";
  if (request.method !== "POST") {
    const leadsTo = state.breaks.has("forbids its login form to lead on")
      ? ""
      : ` ${URL.parse(application)?.origin}`;
    response.writeHead(200, {
      "content-type": "text/html",
      "content-security-policy": `default-src 'none'; form-action 'self'${leadsTo}`,
    });
    response.end(
      `<form method="post" action="${loginPage}/login"><input name="name"><input type="password" name="password"></form>`,
    );
    return;
  }
  void text(request).then((body) => {
    const form = new URLSearchParams(body);
    if (state.users.get(form.get("name") ?? "") !== form.get("password")) {
      response.writeHead(401).end();
      return;
    }
    const code = randomBytes(16).toString("base64url");
    state.codes.add(code);
    const location = state.breaks.has("redirects to another port after the login")
      ? `https://${state.domain}:8444${loginPage}`
      : `${application}?code=${code}&state=${query.get("state")}`;
    response.writeHead(303, { location }).end();
  });
}

type PlannedResponse = readonly [status: number, body: object];

/** The admin site's users: registered with a password, and removed. */
export function serveUsers(state: PlatformState, method: string | undefined, sent: string): PlannedResponse {
  if (method === "POST") {
    const { name } = JSON.parse(sent) as { name: string };
    const password = randomBytes(9).toString("base64url");
    state.users.set(name, password);
    return [201, { user: { id: name, revision: 1 }, password }];
  }
  return [200, { user: { revision: 1 } }];
}
