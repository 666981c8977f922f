/** How values of several workers are combined: summed, the maximum, or the last one. */
export type Rule = "sum" | "max" | "min";

export type Labels = Readonly<Record<string, string | number>>;

export interface Sample {
  readonly labels: Labels;
  /** One value; for a histogram its cumulative buckets, then count, then sum. */
  readonly values: readonly number[];
}

/** A Prometheus metric family. Plain data: workers send it to each other. */
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

/** A monotonic counter; its name ends in `_total`. Workers' counters are summed. */
export function counter(name: string, help: string, readings: Readings): Family {
  return { name, type: "counter", help, rule: "sum", samples: toSamples(readings) };
}

/** A value that goes up and down. */
export function gauge(name: string, rule: Rule, help: string, readings: Readings): Family {
  return { name, type: "gauge", help, rule, samples: toSamples(readings) };
}

function toSamples(readings: Readings): Sample[] {
  if (typeof readings === "number") return [{ labels: {}, values: [readings] }];
  return readings.map(([labels, value]) => ({ labels, values: [value] }));
}
