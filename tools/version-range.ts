/** Suitable versions: from the first, up to but excluding the second. */
export interface VersionRange {
  readonly from: string;
  readonly below?: string;
}

/** Negative, zero or positive, as `a` is older than, equal to or newer than `b`. Missing numbers count as zero. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether a version such as `10.11.19` is in the range. */
export function accepts(range: VersionRange, version: string): boolean {
  if (compareVersions(version, range.from) < 0) return false;
  return range.below === undefined || compareVersions(version, range.below) < 0;
}

/** The range as text: `7.0 or newer, below 8`. */
export function renderRange(range: VersionRange): string {
  return range.below === undefined
    ? `${range.from} or newer`
    : `${range.from} or newer, below ${range.below}`;
}
