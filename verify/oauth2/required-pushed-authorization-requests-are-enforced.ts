import { type Check, fail, pass } from "../check.ts";
import { addPersonClient, authorize, requireLogin } from "./person-client.ts";

/** RFC 9126 6: who relies on pushed requests relies on that no other way is open. */
export const requiredPushedAuthorizationRequestsAreEnforced: Check = {
  claim: "required pushed authorization requests are enforced",
  timeoutMs: 20_000,
  async run(context) {
    await requireLogin(context, await addPersonClient(context));
    const client = await addPersonClient(context, { requirePushedAuthorizationRequests: true });
    const requests = [
      ["a request in the address", {}],
      ["a pushed request that nobody pushed", { request_uri: "urn:ietf:params:oauth:request_uri:none" }],
    ] as const;
    for (const [what, change] of requests) {
      const { status, location, parameters } = await authorize(context, client, { what, change });
      const isRefused = parameters.has("error") || status === 400;
      if (!isRefused || parameters.has("code"))
        return fail(
          `${what} should be refused for a client that must push, and was answered ${status} ${location?.pathname ?? ""}`,
        );
    }
    return pass(
      `${requests.length} requests of a client that must push are refused; one of another leads to the login`,
    );
  },
};
