import { findOnPath } from "../processes/programs.ts";
import { generate } from "./generator.ts";
import type { GeneratorPlan } from "./plan.ts";
import type { Saturation } from "./saturation.ts";
import { saturateByWrk } from "./wrk.ts";

const wrk = findOnPath("wrk");

/** The generator used for saturation, for the report. */
export const saturatedBy = wrk === undefined ? "own, in Node" : "wrk";

/** Keeps every connection busy for the plan's time. */
export async function saturate(plan: GeneratorPlan): Promise<Saturation> {
  if (wrk !== undefined) return await saturateByWrk(wrk, plan);
  const { kinds, sent, durationMs } = await generate(plan);
  return { requests: sent, seconds: durationMs / 1000, failed: sent - (kinds["200"] ?? 0) };
}
