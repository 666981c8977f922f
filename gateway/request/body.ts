import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";
import { GatewayError } from "../errors.ts";

/** The body of a request whose length nobody announced, cut off where it grows beyond the route's limit. */
export function limitBody(request: IncomingMessage, limitBytes: number): Transform {
  let bytes = 0;
  const limited = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > limitBytes) done(new GatewayError("DMM_GATEWAY_BODY_TOO_LARGE"));
      else done(null, chunk);
    },
  });
  request.on("error", (error) => limited.destroy(error));
  request.on("aborted", () => limited.destroy(new Error("The client left.")));
  request.pipe(limited);
  return limited;
}
