import { connect } from "node:net";

const responseLimitMs = 3000;

/**
 * Sends one command line (or several joined by `;`) to HAProxy's admin socket and returns the whole response. A
 * payload follows its command as `<<` and ends with an empty line, as HAProxy's management guide describes (9.3).
 */
export function sendCommand(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const parts: Buffer[] = [];
    socket.setTimeout(responseLimitMs, () =>
      socket.destroy(new Error(`${path} did not respond to "${command}"`)),
    );
    socket.on("error", reject);
    socket.on("data", (part: Buffer) => parts.push(part));
    socket.on("end", () => resolve(Buffer.concat(parts).toString("utf8").trim()));
    socket.write(`${command}\n`);
  });
}
