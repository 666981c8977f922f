import { Worker } from "node:worker_threads";
import { PasswordQueue } from "./password-queue.ts";
import type { PasswordWeakness } from "./password-strength.ts";
import type { StrengthRequest } from "./password-strength-thread.ts";

/**
 * Lengths of a password that a user chooses. The hash takes any length; the login page does not read more than
 * `most` UTF-16 units.
 */
export const passwordLimits = { least: 12, most: 500 } as const;

/**
 * Problems of a chosen password, worded for the user. Follows NIST SP 800-63B: long enough, not commonly used, not
 * made of the names of the account or the service; no rule about kinds of characters.
 *
 * @param names complete: user name, display name, e-mail address, host name of the service
 * @throws PasswordQueueFullError
 */
export async function findPasswordProblem(
  password: string,
  names: readonly string[],
): Promise<string | undefined> {
  const text = password.normalize("NFKC");
  const length = [...text].length;
  if (length < passwordLimits.least)
    return `This password has ${length === 1 ? "1 character" : `${length} characters`}; use at least ${passwordLimits.least}. Several words in a row work well.`;
  if (password.length > passwordLimits.most)
    return `This password is too long. Use at most ${passwordLimits.most} characters.`;
  const weakness = await queue.run(() => askThread({ password: text, names }));
  if (weakness === undefined) return undefined;
  const { isFromNames, advice } = weakness;
  const problem = isFromNames
    ? "This password is too similar to your name, your email address or the name of this service."
    : "This password is too easy to guess.";
  return [problem, ...advice].join(" ");
}

/** One at a time: the dictionaries add about 150 MB to the process while they are loaded. */
const queue = new PasswordQueue(1);

/** Limits of the thread's heap, in MiB: several times what the dictionaries need. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 64 };

/**
 * In a short-lived thread: requests are served meanwhile. Settles when the thread has ended, so that two never overlap.
 * The allocator keeps about 105 MB after the first one, which the next one uses again.
 */
function askThread(request: StrengthRequest): Promise<PasswordWeakness | undefined> {
  return new Promise((resolve, reject) => {
    const file = new URL("./password-strength-thread.ts", import.meta.url);
    const thread = new Worker(file, { workerData: request, resourceLimits });
    let settle: (() => void) | undefined;
    thread.once("message", (weakness: PasswordWeakness | undefined) => {
      settle = () => resolve(weakness);
    });
    thread.once("error", (error) => {
      settle = () => reject(error);
    });
    thread.once("exit", (code) => {
      if (settle === undefined) reject(new Error(`The thread that rates passwords ended with ${code}.`));
      else settle();
    });
  });
}
