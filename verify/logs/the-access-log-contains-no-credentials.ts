import { randomBytes } from "node:crypto";
import { type Check, fail, pass } from "../check.ts";
import { VerifyError } from "../errors.ts";
import { waitForLines } from "./delivered-log.ts";
import { sendLogged } from "./logged-request.ts";

export const theAccessLogContainsNoCredentials: Check = {
  claim: "the access log contains no credentials",
  proof:
    "tokens, a password and a cookie are sent in headers and in the query; the log lines of these requests exist and contain none of them",
  timeoutMs: 400_000,
  async run(context) {
    const since = Date.now();
    const token = await context.tokens.issue();
    const password = randomBytes(18).toString("base64url");
    const basic = Buffer.from(`somebody:${password}`).toString("base64");
    const bearer = { authorization: `Bearer ${token}` };
    const sent = [
      await sendLogged(context, "a token in the Authorization header", {
        path: "/verify/echo",
        headers: bearer,
      }),
      await sendLogged(context, "a token in the query", {
        path: `/verify/echo?access_token=${token}&password=${password}`,
        headers: bearer,
      }),
      await sendLogged(context, "a password", {
        path: "/verify/echo",
        headers: { authorization: `Basic ${basic}` },
      }),
      await sendLogged(context, "a cookie", {
        path: "/verify/echo",
        headers: { ...bearer, cookie: `session=${password}` },
      }),
    ];
    const { text, lines } = await waitForLines(
      context,
      sent.map(({ id }) => id),
      since,
    );
    const missing = sent.filter(({ id }) => !lines.has(id));
    // A missing line shows nothing.
    if (missing.length > 0)
      throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
        what: `${missing.length} of ${sent.length} requests are not in the access log`,
      });
    const credentials = { token, password, "Basic credential": basic, "Authorization field": "Bearer " };
    const shown = Object.entries(credentials).find(([, credential]) => text.includes(credential));
    context.evidence.record("read", {
      lines: lines.size,
      fields: Object.keys(lines.get(sent[0]?.id ?? "") ?? {}),
    });
    return shown === undefined
      ? pass(`${lines.size} lines, ${sent.length} of them of requests with credentials, contain none of them`)
      : fail(`the access log contains the ${shown[0]} of a request`);
  },
};
