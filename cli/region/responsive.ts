import { request } from "node:http";
import { isAlive, isStopped } from "../../machine/process.ts";
import type { RegionAddress } from "./address.ts";

const checkEachMs = 250;
/** A busy machine may be slow; a region that takes longer is useless to any command. */
const defaultChecks = 32;

/**
 * Whether a region's API responds, in any way. One that is stopped (SIGSTOP) is detected without waiting. The
 * limit is counted in turns of the event loop, each after pending input was read: this process itself may be
 * blocked for seconds, which reveals nothing about the region.
 */
export async function isResponsive(region: RegionAddress, checks = defaultChecks): Promise<boolean> {
  if (!isAlive(region) || isStopped(region.pid)) return false;
  const probe = request(region.endpoint, { agent: false });
  return await new Promise((resolve) => {
    let checked = 0;
    const settle = (responds: boolean) => {
      clearInterval(timer);
      probe.destroy();
      resolve(responds);
    };
    const timer = setInterval(() => {
      checked += 1;
      if (checked >= checks) setImmediate(() => settle(false));
    }, checkEachMs);
    probe.once("response", () => settle(true));
    probe.on("error", () => settle(false));
    probe.end();
  });
}

const checkEveryMs = 1_000;
/** Stopped briefly is not lost: a debugger or a sleeping machine does that too. */
const lostAfterFailures = 5;

/**
 * Aborts as soon as a region is gone or has not responded to several consecutive checks. Stop it when the work is
 * done.
 */
export function watchRegion(region: RegionAddress | undefined): {
  readonly lost: AbortSignal;
  stop(): void;
} {
  const controller = new AbortController();
  let missed = 0;
  let checking = false;
  const check = async () => {
    if (region === undefined || checking) return;
    checking = true;
    missed = (await isResponsive(region)) ? 0 : missed + 1;
    checking = false;
    if (missed >= lostAfterFailures || !isAlive(region)) controller.abort();
  };
  const timer = setInterval(() => void check(), checkEveryMs);
  timer.unref();
  return { lost: controller.signal, stop: () => clearInterval(timer) };
}
