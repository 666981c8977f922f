import { get } from "node:http";
import { setTimeout as elapse } from "node:timers/promises";
import { type HealthCheck, matchesStatus } from "./haproxy-backend.ts";

const eagerMs = 25;
const patientMs = 250;
/** How long a new target is checked frequently. */
const eagerForMs = 10_000;

/**
 * Waits for the first healthy response of a new target: one is enough for a newly registered target, whatever the
 * threshold (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html).
 * A balancer on AWS checks once an interval; the region checks more often, so that a new task serves as soon as it
 * can. Resolves false when `signal` ends the wait.
 */
export async function waitForFirstHealth(
  target: { readonly address: string; readonly port: number },
  check: HealthCheck,
  options: { readonly signal: AbortSignal; readonly onFailure: (failures: number) => void },
): Promise<boolean> {
  const started = Date.now();
  let failures = 0;
  let nextFailureAt = started + check.intervalMs;
  while (!options.signal.aborted) {
    const status = await ask(target.address, check.port ?? target.port, check);
    if (status !== undefined && matchesStatus(check.matcher, status)) return true;
    if (Date.now() >= nextFailureAt) {
      failures += 1;
      nextFailureAt += check.intervalMs;
      options.onFailure(failures);
    }
    await elapse(Date.now() - started < eagerForMs ? eagerMs : patientMs);
  }
  return false;
}

/** The status that a target responds with, or undefined. */
function ask(address: string, port: number, check: HealthCheck): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get({
      host: address,
      port,
      path: check.path,
      agent: false,
      timeout: check.timeoutMs,
      headers: { "user-agent": "ELB-HealthChecker/2.0", connection: "close" },
    });
    request.on("response", (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
    request.on("close", () => resolve(undefined));
  });
}
