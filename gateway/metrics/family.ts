/** How the values of several workers become the task's: what can be counted together, the worst, or the last of all. */
export type Rule = "sum" | "max" | "min";

export type Labels = Readonly<Record<string, string | number>>;

export interface Sample {
  readonly labels: Labels;
  /** One value; of a histogram its cumulative buckets, then their count, then their sum. */
  readonly values: readonly number[];
}

/** Samples of one name, as Prometheus has them. Plain data: workers send each other these. */
export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly rule: Rule;
  /** Upper bounds of a histogram's buckets, without the last, infinite one. */
  readonly bounds?: readonly number[];
  readonly samples: readonly Sample[];
}

/** One value without labels, or several by their labels. */
export type Readings = number | readonly (readonly [Labels, number])[];

/** What only ever grows; the name ends in `_total`. Workers' counters are added. */
export function counter(name: string, help: string, readings: Readings): Family {
  return { name, type: "counter", help, rule: "sum", samples: toSamples(readings) };
}

/** What goes up and down. */
export function gauge(name: string, rule: Rule, help: string, readings: Readings): Family {
  return { name, type: "gauge", help, rule, samples: toSamples(readings) };
}

function toSamples(readings: Readings): Sample[] {
  if (typeof readings === "number") return [{ labels: {}, values: [readings] }];
  return readings.map(([labels, value]) => ({ labels, values: [value] }));
}
