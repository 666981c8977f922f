import { get } from "node:http";
import { describeReason } from "./reason.ts";
import { parseListeningSettings } from "./settings.ts";
import { readTaskAddress } from "./task.ts";

/** Shorter than the health check's own limit, which would end the probe without a message. */
const withinMs = 2500;

/**
 * For a container runtime's health check: exits with 0 when the process of this container is live, otherwise with 1 and the
 * reason on standard error, which the container runtime keeps. Other exit codes are reserved.
 */
export async function probeHealth(): Promise<void> {
  const limit = setTimeout(() => leave(`no response within ${withinMs} ms`), withinMs);
  limit.unref();
  try {
    const settings = parseListeningSettings(process.env);
    const host = await readTaskAddress(settings.host);
    leave(await explainDeath(host, settings.port));
  } catch (error) {
    leave(describeReason(error));
  }
}

/** Why the process at this address is not live; nothing when it is. */
function explainDeath(host: string, port: number): Promise<string | undefined> {
  const address = `${host}:${port}`;
  return new Promise((resolve) => {
    const request = get({ host, port, path: "/health/live", agent: false }, (response) => {
      response.resume();
      resolve(
        response.statusCode === 200 ? undefined : `${address} responded with status ${response.statusCode}`,
      );
    });
    request.on("error", (error) => resolve(`${address}: ${describeReason(error)}`));
  });
}

function leave(problem: string | undefined): void {
  if (problem !== undefined) process.stderr.write(`not live: ${problem}\n`);
  process.exit(problem === undefined ? 0 : 1);
}
