import { nameNetwork } from "../limits/network.ts";
import { type Attempt, allowances, type Refused, type Throttle } from "./throttle.ts";

/** Somebody at an address who claims to be the user of this name. */
export interface Claim {
  readonly throttle: Throttle;
  readonly name: string;
  readonly address: string;
}

/** Longest name and password that are looked at; more is certainly not right. */
const longest = { name: 100, password: 500 } as const;

export function isPossible(name: string, password: string): boolean {
  return name !== "" && name.length <= longest.name && password.length <= longest.password;
}

/**
 * Looks at a password as `check` does, unless there were too many wrong ones: for this user, or from this address. An
 * address that is refused counts against nobody, or one that guesses could lock every user out.
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
    // Nothing was learnt about the password.
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
