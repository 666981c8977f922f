import { describePerson, type StartedAdmin } from "./started-admin.ts";

/** Data of a page's form besides its fields. */
export interface OpenForm {
  readonly cookie: string;
  readonly token: string;
  readonly basedOn: string;
}

/** Opens a page with a form, like a browser without scripts. */
export async function openForm(admin: StartedAdmin, path: string, as = "operator"): Promise<OpenForm> {
  const { text, headers } = await admin.call(path, { as });
  const read = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? "";
  const cookie = (headers.get("set-cookie") ?? "").split(";")[0]!;
  return { cookie, token: read("token"), basedOn: read("basedOn") };
}

/** Submits a form; a string is sent unchanged. */
export async function sendForm(
  admin: StartedAdmin,
  path: string,
  fields: Record<string, string> | string,
  headers: Record<string, string> = {},
) {
  const response = await fetch(admin.origin + path, {
    method: "POST",
    redirect: "manual",
    headers: {
      ...describePerson("operator"),
      "content-type": "application/x-www-form-urlencoded",
      ...headers,
    },
    body: typeof fields === "string" ? fields : new URLSearchParams(fields),
  });
  return { status: response.status, location: response.headers.get("location"), text: await response.text() };
}
