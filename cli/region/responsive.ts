import { request } from "node:http";
import { isAlive, isStopped } from "../environment/process-identity.ts";
import type { RegionAddress } from "./address.ts";

/** A busy machine may take its time; a region that takes longer does not help any command. */
const respondsWithinMs = 8_000;

/** Whether a region's API responds, in whatever way. One that is stopped (SIGSTOP) is known without waiting. */
export async function isResponsive(region: RegionAddress, withinMs = respondsWithinMs): Promise<boolean> {
  if (!isAlive(region) || isStopped(region.pid)) return false;
  return await new Promise((resolve) => {
    const probe = request(region.endpoint, { agent: false, signal: AbortSignal.timeout(withinMs) });
    probe.once("response", (response) => {
      response.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
    probe.end();
  });
}

const lookEveryMs = 1_000;
/** Stopped for a moment is not lost: a debugger or a machine that sleeps does that too. */
const lostAfterLooks = 5;

/** Aborts as soon as a region is gone or has not responded for several looks in a row. Stop it when the work is done. */
export function watchRegion(region: RegionAddress | undefined): {
  readonly lost: AbortSignal;
  stop(): void;
} {
  const controller = new AbortController();
  let missed = 0;
  let looking = false;
  const look = async () => {
    if (region === undefined || looking) return;
    looking = true;
    missed = (await isResponsive(region)) ? 0 : missed + 1;
    looking = false;
    if (missed >= lostAfterLooks || !isAlive(region)) controller.abort();
  };
  const timer = setInterval(() => void look(), lookEveryMs);
  timer.unref();
  return { lost: controller.signal, stop: () => clearInterval(timer) };
}
