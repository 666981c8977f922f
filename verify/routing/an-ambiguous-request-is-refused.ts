import { type Check, type CheckContext, fail, pass } from "../check.ts";
import { requireResponse } from "../client/insider-request.ts";
import { sendRaw } from "../client/raw.ts";
import { readScope, writeScope } from "../client/tokens.ts";
import { renderRequest, route } from "./raw-request.ts";

const empty = "0\r\n\r\n";
const chunked = "Transfer-Encoding: chunked";

/** Requests that two servers in a row could interpret differently (RFC 9112 sections 3.2, 5.1, 6.1, 6.3). */
const ambiguous: Readonly<Record<string, Omit<Parameters<typeof renderRequest>[1], "token">>> = {
  "two Host fields": { lines: ["Host: elsewhere.example.net"] },
  "no Host field": { host: null },
  "a Host field with user information": { host: "somebody@elsewhere.example.net" },
  "another host in the target": { target: `https://elsewhere.example.net${route}` },
  "two lengths": { method: "POST", lines: ["Content-Length: 4", "Content-Length: 5"], body: "abcde" },
  "a signed length": { method: "POST", lines: ["Content-Length: +4"], body: "abcd" },
  "a list of codings": { method: "POST", lines: ["Transfer-Encoding: gzip, chunked"], body: empty },
  "an unknown coding": { method: "POST", lines: ["Transfer-Encoding: xchunked"], body: empty },
  "two codings": { method: "POST", lines: [chunked, "Transfer-Encoding: identity"], body: empty },
  "a space before the colon": {
    method: "POST",
    lines: ["Transfer-Encoding : chunked", "Content-Length: 5"],
    body: empty,
  },
  "chunks in HTTP/1.0": { method: "POST", version: "HTTP/1.0", lines: [chunked], body: empty },
  "an invalid chunk size": { method: "POST", lines: [chunked], body: `0x4\r\nabcd\r\n${empty}` },
  "a GET with a body": { lines: ["Content-Length: 4"], body: "abcd" },
  "a line break inside a field": { lines: ["X-Probe: a\rHost: elsewhere.example.net"] },
  "a zero byte in a field": { lines: ["X-Probe: a\0b"] },
  "a space in the target": { target: `${route} /elsewhere` },
};

export const anAmbiguousRequestIsRefused: Check = {
  claim: "an ambiguous request is refused",
  proof:
    "16 requests with two hosts, two lengths, unsupported codings and similar ambiguities are not served",
  timeoutMs: 30_000,
  async run(context) {
    await requireResponse(context, route);
    const token = await context.tokens.issue(`${readScope} ${writeScope}`);
    const responses = await Promise.all(
      Object.entries(ambiguous).map(async ([what, request]) => ({
        what,
        statuses: await sendAmbiguous(context, { ...request, token }),
      })),
    );
    context.evidence.record("responses", responses);
    // Whether the balancer or the gateway refuses, by a response or by closing, makes no difference to an
    // attacker.
    const served = responses.filter(({ statuses }) => statuses.some((status) => status < 400));
    return served.length === 0
      ? pass(`${responses.length} ambiguous requests are rejected`)
      : fail(
          `a request with ${served[0]?.what} should be rejected but returned ${served[0]?.statuses.join(", ")}`,
        );
  },
};

async function sendAmbiguous(
  context: CheckContext,
  request: Parameters<typeof renderRequest>[1],
): Promise<readonly number[]> {
  const { statuses } = await sendRaw(context.target, renderRequest(context, request), context.signal);
  return statuses;
}
