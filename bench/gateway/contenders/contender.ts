import type { StartedProcess } from "../processes/started-process.ts";
import type { TestBed } from "../test-bed/test-bed.ts";

/** A contender that serves. */
export interface Running extends AsyncDisposable {
  readonly process: StartedProcess;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Authorization values that it lets through; empty where it checks nothing. */
  readonly authorizations: readonly string[];
}

/** One way to put something before the upstream. */
export interface Contender {
  readonly name: string;
  /** What it asks of every request. */
  readonly checks: string;
  /** Why it cannot take part here; undefined where it can. */
  absence(): string | undefined;
  start(testBed: TestBed, host: string): Promise<Running>;
}
