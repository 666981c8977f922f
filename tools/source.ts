import type { BundleName, ToolName } from "./tool.ts";

/** One run of a way: where to build and how to report progress. */
export interface Job {
  /** Empty folder to fill, and to stay in; the bundle's link points to it once its programs have been checked. */
  readonly folder: string;
  /** Survives an interruption, so that downloads are not repeated. */
  readonly keep: string;
  readonly signal?: AbortSignal;
  /** `fraction` from 0 to 1 if the total is known. */
  readonly progress: (detail: string, fraction?: number) => void;
}

/** One way to obtain a bundle. It throws a ToolError on failure. */
export interface Way {
  /** How the tools were obtained, briefly: `compiled from Go modules`. */
  readonly name: string;
  /** What it needs of the machine and the network, for the error message. */
  readonly needs: string;
  run(job: Job): Promise<{ readonly version: string }>;
}

/** Tools that are obtained together, and every way to do it, the best first. */
export interface Bundle {
  readonly name: BundleName;
  readonly tools: readonly ToolName[];
  /** Title for the operator while it is obtained. */
  readonly title: string;
  readonly ways: readonly Way[];
  /** What an operator can do without any of the ways. */
  readonly byHand: string;
  /** Free bytes that obtaining it takes at most. */
  readonly bytes: number;
}
