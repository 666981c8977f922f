import type { StartedProcess } from "../processes/started-process.ts";
import type { TestBed } from "../test-bed/test-bed.ts";

/** A contender that serves. */
export interface Running extends AsyncDisposable {
  readonly process: StartedProcess;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Authorization values that it accepts; empty if it checks nothing. */
  readonly authorizations: readonly string[];
}

/** One proxy implementation in front of the upstream. */
export interface Contender {
  readonly name: string;
  /** What it checks of every request. */
  readonly checks: string;
  /** Why it is unavailable here; undefined if it is available. */
  absence(): string | undefined;
  start(testBed: TestBed, host: string): Promise<Running>;
}
