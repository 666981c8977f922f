import { type Check, fail, pass } from "../check.ts";
import { requireResponse } from "../client/insider-request.ts";
import { sendRaw } from "../client/raw.ts";
import { renderRequest, route } from "./raw-request.ts";

/** All lead to `/verify/echo` for some server. Clients would normalize them, so they are sent as bytes. */
const tricks = [
  "/verify/../verify/echo",
  "/verify/./echo",
  "/verify/echo/..",
  "//verify/echo",
  "/verify//echo",
  "/verify%2fecho",
  "/verify%2Fecho",
  "/verify/%2e%2e/verify/echo",
  "/verify/.%2e/verify/echo",
  "/verify/%252e%252e/verify/echo",
  "/verify%252fecho",
  "/verify\\echo",
  "/verify%5cecho",
  "/verify/x/..;/echo",
  "/verify/echo%00",
  "/verify/echo%0d%0a",
  "/verify/%c0%ae%c0%ae/verify/echo",
  "/verify/echo%",
  "/verify/echo#part",
];

export const anAmbiguousPathIsRefused: Check = {
  claim: "an ambiguous path is refused",
  proof:
    "19 paths that some servers resolve to `/verify/echo` (`..`, `//`, `%2f`, double encodings) get a single 4xx response",
  timeoutMs: 30_000,
  async run(context) {
    await requireResponse(context, route);
    const token = await context.tokens.shared();
    const responses = await Promise.all(
      tricks.map(async (path) => {
        const request = renderRequest(context, { target: path, token });
        return { path, statuses: (await sendRaw(context.target, request, context.signal)).statuses };
      }),
    );
    context.evidence.record("responses", responses);
    const served = responses.find(({ statuses }) => !isRefusal(statuses));
    return served === undefined
      ? pass(`${tricks.length} ambiguous paths are rejected`)
      : fail(`${served.path} should be rejected but returned ${served.statuses.join(", ") || "no response"}`);
  },
};

/** A redirect to the normalized path would also be an interpretation. */
function isRefusal(statuses: readonly number[]): boolean {
  return statuses.length === 1 && statuses.every((status) => status >= 400 && status < 500);
}
