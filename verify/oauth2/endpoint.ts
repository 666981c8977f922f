import type { CheckContext } from "../check.ts";
import { parseObject } from "../client/admin.ts";
import type { Responded } from "../client/attempt.ts";
import { requestForCheck } from "../client/retry-after.ts";

export const tokenEndpoint = "/oauth2/token";
export const introspectionEndpoint = "/oauth2/introspect";

/** Members of a response that must not be recorded. */
const secretMembers = new Set(["access_token", "refresh_token", "id_token"]);

export interface FormPost {
  /** Its name in the evidence. */
  readonly what: string;
  readonly path: string;
  /** Names and values; a name may be repeated. */
  readonly form: readonly (readonly [string, string])[];
  /** Absent: the verifier's own credential; `null`: none. */
  readonly authorization?: string | null;
}

export interface FormResponse extends Responded {
  /** The response's JSON object; empty if there is none. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Posts one form to the OAuth2 server, and records request and response without secrets. */
export async function postForm(context: CheckContext, post: FormPost): Promise<FormResponse> {
  const authorization =
    post.authorization === undefined ? await context.tokens.authorization() : post.authorization;
  const client = context.ingress.open();
  try {
    const response = await requestForCheck(context, post.what, () =>
      client.request({
        method: "POST",
        path: post.path,
        headers: {
          ...(authorization === null ? {} : { authorization }),
          "content-type": "application/x-www-form-urlencoded",
        },
        body: new URLSearchParams(post.form.map(([name, value]) => [name, value])).toString(),
        signal: context.signal,
      }),
    );
    const fields = parseObject(response.body);
    context.evidence.record(post.what, {
      status: response.status,
      cacheControl: response.headers["cache-control"],
      fields: Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, secretMembers.has(name) ? "[secret]" : value]),
      ),
    });
    return { ...response, fields };
  } finally {
    client.close();
  }
}

/** Whether a response contains a token, whatever else it contains. */
export function holdsToken({ fields }: FormResponse): boolean {
  return typeof fields.access_token === "string" && fields.access_token !== "";
}

export function describeFormResponse({ status, fields }: FormResponse): string {
  return typeof fields.error === "string" ? `${status} ${fields.error}` : String(status);
}
