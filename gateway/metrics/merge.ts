import type { Family, Rule, Sample } from "./family.ts";

const combine: Readonly<Record<Rule, (one: number, other: number) => number>> = {
  sum: (one, other) => one + other,
  max: Math.max,
  min: Math.min,
};

/** Merges the families of several processes: samples with the same labels are combined by their rule. */
export function mergeFamilies(lists: Iterable<readonly Family[]>): Family[] {
  const merged = new Map<string, { family: Family; samples: Map<string, Sample> }>();
  for (const list of lists)
    for (const family of list) {
      let known = merged.get(family.name);
      if (known === undefined) {
        known = { family, samples: new Map() };
        merged.set(family.name, known);
      }
      for (const sample of family.samples) addSample(known.samples, sample, combine[family.rule]);
    }
  return [...merged.values()].map(({ family, samples }) => ({ ...family, samples: [...samples.values()] }));
}

function addSample(
  samples: Map<string, Sample>,
  sample: Sample,
  rule: (one: number, other: number) => number,
): void {
  const key = JSON.stringify(sample.labels);
  const known = samples.get(key);
  const values =
    known === undefined
      ? sample.values
      : known.values.map((value, index) => rule(value, sample.values[index]!));
  samples.set(key, { labels: sample.labels, values });
}

/** Counters to keep of a process that has ended, so that sums never decrease. */
export function keepCounts(families: readonly Family[]): Family[] {
  return families.filter(({ type }) => type !== "gauge");
}
