import { Agent, request } from "node:http";
import type { FleetMember } from "./members.ts";
import { signNotification } from "./notification.ts";

/** Time limit for one gateway's response, in milliseconds. */
const responseLimitMs = 1000;

/** A notification to send: its destination and content. */
export interface OutgoingNotification {
  readonly key: Buffer;
  readonly path: string;
  readonly body: string;
}

// A reused connection may be dead; a new one costs a millisecond and cannot fail for that reason.
const agent = new Agent({ keepAlive: false });

/**
 * Sends a signed notification to one gateway and returns the response body. @throws Error with a readable message
 */
export function sendNotification(
  { address, port }: Pick<FleetMember, "address" | "port">,
  { key, path, body }: OutgoingNotification,
): Promise<string> {
  const authority = `${address}:${port}`;
  const sentAt = Date.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: address,
        port,
        path,
        method: "POST",
        agent,
        timeout: responseLimitMs,
        headers: {
          host: authority,
          "content-type": "application/json",
          "content-length": body.length,
          "x-dmm-sent-at": sentAt,
          "x-dmm-signature": signNotification(key, { authority, path, sentAt, body }),
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`It responded with status ${response.statusCode}.`));
        });
      },
    );
    let connected = false;
    sent.on("socket", (socket) => {
      socket.once("connect", () => {
        connected = true;
      });
    });
    sent.on("timeout", () => {
      const error = new Error(`No ${connected ? "response" : "connection"} within ${responseLimitMs} ms.`);
      sent.destroy(Object.assign(error, { code: "ETIMEDOUT", connected }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
