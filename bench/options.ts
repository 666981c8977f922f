/** Command line options of a benchmark. */
export interface Options {
  /** Number of runs, over which medians are taken. */
  readonly runs: number;
  /** Names of the contenders, all if empty; for `gateway`. */
  readonly only: readonly string[];
  /** Whether memory is measured over a million requests, after two million; for `gateway`. */
  readonly million: boolean;
}
