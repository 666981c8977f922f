import type { Verdict } from "./check.ts";
import type { Difference } from "./difference.ts";
import type { RunningImage } from "./images.ts";
import type { CheckResult, Totals } from "./result.ts";

type Happening =
  | {
      readonly event: "run-started";
      readonly run: string;
      readonly environment: string;
      readonly target: "local" | "aws";
      readonly profile: string;
      readonly differences: readonly Difference[];
      readonly suites: readonly { readonly name: string; readonly claims: readonly string[] }[];
      readonly notRun: readonly string[];
    }
  | { readonly event: "images-read"; readonly images: readonly RunningImage[] }
  | { readonly event: "suite-started"; readonly suite: string; readonly checks: number }
  | { readonly event: "check-started"; readonly suite: string; readonly claim: string }
  | {
      readonly event: "check-progress";
      readonly suite: string;
      readonly claim: string;
      readonly message: string;
    }
  | ({ readonly event: "check-finished" } & CheckResult)
  | {
      readonly event: "suite-finished";
      readonly suite: string;
      readonly verdict: Verdict;
      readonly durationMs: number;
    }
  | {
      readonly event: "run-finished";
      readonly run: string;
      readonly verdict: Verdict;
      readonly totals: Totals;
      readonly durationMs: number;
    };

/** One line of `events.jsonl`, the source of every other form of the evidence. */
export type VerifyEvent = Happening & { readonly at: string };

/** Adds the time to an event. */
export function happened(happening: Happening): VerifyEvent {
  return { at: new Date().toISOString(), ...happening } as VerifyEvent;
}
