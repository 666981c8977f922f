import type { CheckContext } from "../check.ts";
import type { Answered } from "../client/attempt.ts";
import type { ClientRequest } from "../client/http.ts";
import { noControl } from "../errors.ts";

/** Sends a request and gives the id under which the platform writes it down. */
export async function sendLogged(
  context: CheckContext,
  what: string,
  request: ClientRequest,
): Promise<{ readonly id: string; readonly answer: Answered }> {
  const client = context.entrance.open();
  try {
    const answer = await client.request({ ...request, signal: context.signal });
    const id = answer.headers["x-request-id"];
    context.evidence.record(what, { status: answer.status, requestId: id });
    if (id === undefined || id === "")
      throw noControl(`${what} returned ${answer.status} without a request ID`);
    return { id, answer };
  } finally {
    client.close();
  }
}
