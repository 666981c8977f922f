import type { CheckContext } from "../check.ts";
import { VerifyError } from "../errors.ts";
import { type Responded, summarizeAttempt } from "./attempt.ts";
import type { ClientRequest } from "./http.ts";
import { requestForCheck } from "./retry-after.ts";

export interface Question extends ClientRequest {
  /** Its name in the evidence. */
  readonly what: string;
  /** Bearer token; absent: no Authorization field. */
  readonly token?: string;
}

/** One request of an insider through the ingress, recorded with its response. */
export async function ask(context: CheckContext, question: Question): Promise<Responded> {
  const { what, token, headers, ...request } = question;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const client = context.ingress.open();
  try {
    const response = await requestForCheck(context, what, () =>
      client.request({ ...request, headers: { ...authorization, ...headers }, signal: context.signal }),
    );
    context.evidence.record(what, summarizeAttempt(response));
    return response;
  } finally {
    client.close();
  }
}

/** The control of every refusal: with a valid token the same route returns 200. */
export async function requireResponse(context: CheckContext, path: string): Promise<void> {
  const response = await ask(context, {
    what: `control: authorized GET ${path}`,
    path,
    token: await context.tokens.shared(),
  });
  if (response.status !== 200)
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `an authorized GET ${path} should return 200 but returned ${response.status}`,
    });
}

/** The request as the upstream received it. Undefined: the response is not the upstream's. */
export function readEcho(
  response: Responded,
): { method: string; path: string; headers: Record<string, unknown> } | undefined {
  try {
    const echo: unknown = JSON.parse(response.body);
    if (
      typeof echo !== "object" ||
      echo === null ||
      !("method" in echo && "path" in echo && "headers" in echo)
    )
      return undefined;
    const headers = typeof echo.headers === "object" && echo.headers !== null ? echo.headers : {};
    return { method: String(echo.method), path: String(echo.path), headers: { ...headers } };
  } catch {
    return undefined;
  }
}
