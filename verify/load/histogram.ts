import { build, type Histogram } from "hdr-histogram-js";
import type { Percentiles } from "./response.ts";

const longestMinutes = 10;

/** A histogram of microseconds, to three digits, up to ten minutes. */
export function createHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: longestMinutes * 60_000_000,
    numberOfSignificantValueDigits: 3,
  });
}

export function toMicroseconds(ms: number): number {
  return Math.max(0, Math.round(ms * 1_000));
}

/** In milliseconds, to a hundredth. */
export function readPercentiles(histogram: Histogram): Percentiles {
  const at = (percentile: number): number =>
    Math.round(histogram.getValueAtPercentile(percentile) / 10) / 100;
  return { p50: at(50), p95: at(95), p99: at(99), max: at(100), count: histogram.totalCount };
}
