import { waitUntil as wait } from "../machine/wait.ts";

const everyMs = 10;

/**
 * Waits until a condition returns something other than false or undefined, and returns that. The default limit is
 * reached only on failure. @throws DMM_MACHINE_WAIT_TIMEOUT, which names `what`
 */
export async function waitUntil<Found>(
  what: string,
  find: () => Found | false | undefined | Promise<Found | false | undefined>,
  withinMs = 60_000,
): Promise<Exclude<Found, false>> {
  return await wait(what, find, { withinMs, everyMs });
}
