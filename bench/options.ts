/** What a benchmark is asked for on the command line. */
export interface Options {
  /** How often everything is measured; medians are taken over the runs. */
  readonly runs: number;
  /** Names of the contenders that take part, all if empty; for `gateway`. */
  readonly only: readonly string[];
  /** Whether memory is watched over a million requests, after two million; for `gateway`. */
  readonly million: boolean;
}
