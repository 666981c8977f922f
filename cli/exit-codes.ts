/** Exit codes of all commands; part of the contract with scripts and CI. */
export const exitCodes = {
  done: 0,
  checkFailed: 1,
  wrongUsage: 2,
  notReady: 3,
  notMade: 4,
  leftover: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
