import type { IncomingMessage } from "node:http";

const mostBytes = 16_384;

/** The submitted data is not a form that one of our pages could have sent. */
export class FormError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "FormError";
  }
}

/** Reads a posted form; a duplicate field is ambiguous. @throws FormError */
export async function readForm(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  const type = (request.headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes) throw new FormError("The form is too large.");
    chunks.push(chunk as Buffer);
  }
  if (bytes > 0 && type !== "application/x-www-form-urlencoded")
    throw new FormError("The request body is not a form.");
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString("utf8"))) {
    if (fields.has(name)) throw new FormError(`${name} was sent more than once.`);
    fields.set(name, value);
  }
  return fields;
}

/**
 * Whether a page of this server sent the form. Browsers always state the origin; for other clients the cookies
 * alone decide.
 */
export function isFromOwnPage(request: IncomingMessage, origin: string): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  return request.headers.origin === undefined || request.headers.origin === origin;
}
