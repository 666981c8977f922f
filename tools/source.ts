import type { BundleName, PartName } from "./part.ts";

/** One obtaining: where to build and whom to tell. */
export interface Job {
  /** Empty folder to fill, and to stay in; the bundle's link leads to it once its parts were checked. */
  readonly folder: string;
  /** Outlives an interruption, so that what was fetched is not fetched again. */
  readonly keep: string;
  readonly signal?: AbortSignal;
  /** `fraction` from 0 to 1 where the end is known. */
  readonly progress: (detail: string, fraction?: number) => void;
}

/** One way to obtain a bundle. It throws a ToolError when it does not lead there. */
export interface Way {
  /** How the parts came, in a few words: `compiled from Go modules`. */
  readonly name: string;
  /** What of the machine and the network it takes, for the error when it fails. */
  readonly needs: string;
  run(job: Job): Promise<{ readonly version: string }>;
}

/** Parts that are obtained together, and every way to do it, the best first. */
export interface Bundle {
  readonly name: BundleName;
  readonly parts: readonly PartName[];
  /** What an operator sees while it is obtained. */
  readonly title: string;
  readonly ways: readonly Way[];
  /** What an operator can do without any of the ways. */
  readonly byHand: string;
  /** Free bytes that obtaining it takes at most. */
  readonly bytes: number;
}
