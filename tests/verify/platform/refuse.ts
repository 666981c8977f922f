import type { ServerResponse } from "node:http";

/** Responds with a problem document and, for a 401 or 403, the challenge. */
export function refuse(
  response: ServerResponse,
  status: number,
  challenge?: string,
  more: object = {},
): void {
  response.writeHead(status, {
    "content-type": "application/problem+json",
    ...(challenge === undefined ? {} : { "www-authenticate": challenge }),
  });
  response.end(JSON.stringify({ status, ...more }));
}
