import type { CheckContext } from "../check.ts";
import { noControl } from "../errors.ts";
import { type Answered, summarizeAttempt } from "./attempt.ts";
import type { ClientRequest } from "./http.ts";
import { requestForCheck } from "./retry-after.ts";

export interface Question extends ClientRequest {
  /** What the evidence calls it. */
  readonly what: string;
  /** Bearer token; absent: no Authorization field. */
  readonly token?: string;
}

/** One request of an insider through the entrance, answered and recorded. */
export async function ask(context: CheckContext, question: Question): Promise<Answered> {
  const { what, token, headers, ...request } = question;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const client = context.entrance.open();
  try {
    const answer = await requestForCheck(context, what, () =>
      client.request({ ...request, headers: { ...authorization, ...headers }, signal: context.signal }),
    );
    context.evidence.record(what, summarizeAttempt(answer));
    return answer;
  } finally {
    client.close();
  }
}

/** The control of every refusal: with a good token the same route answers 200. */
export async function requireAnswer(context: CheckContext, path: string): Promise<void> {
  const answer = await ask(context, {
    what: `control: authorized GET ${path}`,
    path,
    token: await context.tokens.shared(),
  });
  if (answer.status !== 200)
    throw noControl(`an authorized GET ${path} should return 200 but returned ${answer.status}`);
}

/** What the upstream says that it saw. Undefined: the answer is not the upstream's. */
export function readEcho(
  answer: Answered,
): { method: string; path: string; headers: Record<string, unknown> } | undefined {
  try {
    const echo: unknown = JSON.parse(answer.body);
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
