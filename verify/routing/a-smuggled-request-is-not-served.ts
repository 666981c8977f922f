import { type Check, type CheckContext, fail, inconclusive, pass } from "../check.ts";
import { requireResponse } from "../client/insider-request.ts";
import { sendRaw } from "../client/raw.ts";
import { readScope, writeScope } from "../client/tokens.ts";
import { renderRequest, route } from "./raw-request.ts";

/** Requests that follow on other connections: the hidden response would go to another client. */
const followers = 6;

export const aSmuggledRequestIsNotServed: Check = {
  claim: "a smuggled request is not served",
  proof:
    "a request in the body of another (CL.TE, TE.CL) gets no response, neither itself nor through later requests; two requests on one connection are the control",
  timeoutMs: 30_000,
  async run(context) {
    await requireResponse(context, route);
    const token = await context.tokens.issue(`${readScope} ${writeScope}`);
    const hidden = renderRequest(context, { target: `${route}?hidden`, token });
    const control = renderRequest(context, { token, target: `${route}?first` }) + hidden;
    const pair = await sendRaw(context.target, control, context.signal);
    if (pair.statuses.length !== 2)
      return inconclusive(
        `two requests on one connection should get two responses but got ${pair.statuses.length}`,
      );
    for (const [what, request] of Object.entries(renderAttacks(context, token, hidden))) {
      const response = await sendRaw(context.target, request, context.signal);
      const others = await readFollowers(context, token);
      context.evidence.record(what, { statuses: response.statuses, closed: response.closed, others });
      if (
        response.text.includes(`"path":"${route}?hidden"`) ||
        response.statuses.filter((status) => status < 400).length > 1
      )
        return fail(`with ${what} the smuggled request gets a response`);
      const strange = others.find((path) => path !== `${route}?own`);
      if (strange !== undefined) return fail(`with ${what} another client gets the response to ${strange}`);
    }
    return pass(
      "a request in the body of another request never gets a response, on its own connection or on another",
    );
  },
};

/** CL.TE and TE.CL: one server ends the body at its length, the other after its last chunk. */
function renderAttacks(
  context: CheckContext,
  token: string,
  hidden: string,
): Readonly<Record<string, string>> {
  const chunk = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
  const attack = (lines: readonly string[], body: string): string =>
    renderRequest(context, { method: "POST", token, lines, body });
  const ending = `0\r\n\r\n${hidden}`;
  return {
    "a length over the last chunk": attack(
      [`Content-Length: ${ending.length}`, "Transfer-Encoding: chunked"],
      ending,
    ),
    "a length up to the first chunk": attack(
      [`Content-Length: ${chunk.indexOf("\n") + 1}`, "Transfer-Encoding: chunked"],
      chunk,
    ),
    "an unknown coding": attack([`Content-Length: ${ending.length}`, "Transfer-Encoding: xchunked"], ending),
    "a folded coding": attack([`Content-Length: ${ending.length}`, "Transfer-Encoding:\r\n chunked"], ending),
  };
}

/** Responses to subsequent requests: each must contain its own path. */
async function readFollowers(context: CheckContext, token: string): Promise<readonly string[]> {
  const request = renderRequest(context, { target: `${route}?own`, token, lines: ["Connection: close"] });
  const responses = await Promise.all(
    Array.from({ length: followers }, () => sendRaw(context.target, request, context.signal)),
  );
  return responses.map(
    ({ text, statuses }) => /"path":"([^"]*)"/.exec(text)?.[1] ?? statuses.join() ?? "nothing",
  );
}
