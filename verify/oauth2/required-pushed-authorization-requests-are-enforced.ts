import { type Check, fail, pass } from "../check.ts";
import { addPersonClient, authorize, requireLogin } from "./user-client.ts";

/** RFC 9126 section 6: requiring pushed requests is useless if another way is open. */
export const requiredPushedAuthorizationRequestsAreEnforced: Check = {
  claim: "required pushed authorization requests are enforced",
  proof:
    "a client that requires PAR (RFC 9126) does not reach the sign-in page with plain parameters or with an unknown `request_uri`",
  timeoutMs: 20_000,
  async run(context) {
    await requireLogin(context, await addPersonClient(context));
    const client = await addPersonClient(context, { requirePushedAuthorizationRequests: true });
    const requests = [
      ["a request with plain parameters", {}],
      ["an unknown request_uri", { request_uri: "urn:ietf:params:oauth:request_uri:none" }],
    ] as const;
    for (const [what, change] of requests) {
      const { status, location, parameters } = await authorize(context, client, { what, change });
      const isRefused = parameters.has("error") || status === 400;
      if (!isRefused || parameters.has("code"))
        return fail(
          `${what} should be rejected for a client that requires PAR but got ${status} ${location?.pathname ?? ""}`,
        );
    }
    return pass(
      `${requests.length} requests of a client that requires PAR are rejected; one of another client reaches the sign-in page`,
    );
  },
};
