import { nameNetwork } from "../rate-limit/client-network.ts";
import { type Attempt, allowances, type Refused, type Throttle } from "./throttle.ts";

/** A login attempt: a user name, and the address that it comes from. */
export interface Claim {
  readonly throttle: Throttle;
  readonly name: string;
  readonly address: string;
}

/** Longest name and password that are checked; longer ones are wrong. */
const longest = { name: 100, password: 500 } as const;

export function isPossible(name: string, password: string): boolean {
  return name !== "" && name.length <= longest.name && password.length <= longest.password;
}

/**
 * Checks a password with `check`, unless there were too many failures for this user or from this address. An
 * attempt from a refused address does not count against the user, or an attacker could lock every user out.
 */
export async function attempt<Result>(
  { throttle, name, address }: Claim,
  check: () => Promise<Result | undefined>,
): Promise<{ readonly result: Result | undefined } | Refused> {
  const userName = name.toLowerCase();
  const byAddress = await throttle.begin(allowances.address, nameNetwork(address));
  if ("seconds" in byAddress) return byAddress;
  const byUser = await throttle.begin(allowances.user, userName).catch(async (error: unknown) => {
    await byAddress.settle("right").catch(() => {});
    throw error;
  });
  if ("seconds" in byUser) {
    await byAddress.settle("wrong");
    return byUser;
  }
  const settle = (outcome: Parameters<Attempt["settle"]>[0]) =>
    Promise.all([byAddress.settle(outcome), byUser.settle(outcome)]);
  let result: Result | undefined;
  try {
    result = await check();
  } catch (error) {
    // The attempt revealed nothing about the password.
    await settle("right").catch(() => {});
    throw error;
  }
  await settle(result === undefined ? "wrong" : "right");
  if (result !== undefined) await throttle.clear(allowances.user, userName);
  return { result };
}

export function describeWait(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return `Too many attempts. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
}
