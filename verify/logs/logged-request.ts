import type { CheckContext } from "../check.ts";
import type { Responded } from "../client/attempt.ts";
import type { ClientRequest } from "../client/http.ts";
import { VerifyError } from "../errors.ts";

/** Sends a request and returns the id under which the platform logs it. */
export async function sendLogged(
  context: CheckContext,
  what: string,
  request: ClientRequest,
): Promise<{ readonly id: string; readonly response: Responded }> {
  const client = context.ingress.open();
  try {
    const response = await client.request({ ...request, signal: context.signal });
    const id = response.headers["x-request-id"];
    context.evidence.record(what, { status: response.status, requestId: id });
    if (id === undefined || id === "")
      throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
        what: `${what} returned ${response.status} without a request ID`,
      });
    return { id, response };
  } finally {
    client.close();
  }
}
