import { OperatorError } from "../errors.ts";

const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Upper limit of all lifetimes in an environment: no standing credentials. */
export const longestSeconds = 7 * 86_400;

/** `90s`, `30m`, `4h`, `7d` in seconds. Throws DMM_DURATION_INVALID. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(amount) * (secondsPerUnit[unit ?? ""] ?? Number.NaN);
  if (!(seconds >= 1 && seconds <= longestSeconds)) {
    throw new OperatorError("DMM_DURATION_INVALID", { text, longest: renderDuration(longestSeconds) });
  }
  return seconds;
}

/** A duration for display, rounded to two units: `3h 20m`. */
export function renderDuration(seconds: number): string {
  const units = [
    ["d", Math.floor(seconds / 86_400)],
    ["h", Math.floor(seconds / 3600) % 24],
    ["m", Math.floor(seconds / 60) % 60],
    ["s", Math.floor(seconds) % 60],
  ] as const;
  const first = units.findIndex(([, amount]) => amount > 0);
  if (first === -1) return "0s";
  return units
    .slice(first, first + 2)
    .filter(([, amount]) => amount > 0)
    .map(([unit, amount]) => `${amount}${unit}`)
    .join(" ");
}
