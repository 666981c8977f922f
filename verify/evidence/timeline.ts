import type { Timeline } from "../load/outage.ts";

const width = 640;
const height = 120;
const axis = 18;

/** Requests around a fault as a chart: a bar per time slice, failed on top of served. */
export function renderTimeline(value: unknown): string {
  if (!isTimeline(value) || value.slices.length === 0) return "";
  const { slices, sliceMs, faultMs } = value;
  const most = Math.max(1, ...slices.map((slice) => slice.good + slice.failed));
  const step = width / slices.length;
  const scale = (count: number): number => (count / most) * (height - axis * 2);
  const bars = slices.map((slice, index) => {
    const good = scale(slice.good);
    const failed = scale(slice.failed);
    const x = round(index * step);
    const bar = (name: string, y: number, tall: number): string =>
      tall === 0
        ? ""
        : `<rect class="${name}" x="${x}" y="${round(y)}" width="${round(Math.max(step - 1, 0.5))}" height="${round(tall)}"/>`;
    return bar("good", height - axis - good, good) + bar("failed", height - axis - good - failed, failed);
  });
  const faultX = round((faultMs / sliceMs) * step);
  const failed = slices.reduce((sum, slice) => sum + slice.failed, 0);
  const seconds = ((slices.length * sliceMs) / 1_000).toFixed(1);
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${failed} requests failed over ${seconds} seconds">`,
    ...bars,
    `<line class="fault" x1="${faultX}" x2="${faultX}" y1="${axis}" y2="${height - axis}"/>`,
    `<text x="${faultX + 4}" y="12">fault</text>`,
    `<text x="0" y="${height - 4}">0 s</text>`,
    `<text x="${width}" y="${height - 4}" text-anchor="end">${seconds} s</text>`,
    "</svg>",
  ].join("");
}

function isTimeline(value: unknown): value is Timeline {
  return (
    typeof value === "object" &&
    value !== null &&
    "slices" in value &&
    Array.isArray(value.slices) &&
    "sliceMs" in value
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
