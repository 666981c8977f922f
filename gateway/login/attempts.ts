import { allowances, nameNetwork, type Throttle } from "./throttle.ts";

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

/** Counts a guess at a password before it is made. Seconds to wait; 0 when it may be made. */
export async function countAttempt({ throttle, name, address }: Claim): Promise<number> {
  const waits = await Promise.all([
    throttle.take(allowances.user, name.toLowerCase()),
    throttle.take(allowances.address, nameNetwork(address)),
  ]);
  return Math.max(...waits);
}

/** The password was right. */
export async function forgetAttempt({ throttle, name, address }: Claim): Promise<void> {
  await throttle.clear(allowances.user, name.toLowerCase());
  await throttle.giveBack(allowances.address, nameNetwork(address));
}

export function describeWait(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return `There were too many attempts. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
}
