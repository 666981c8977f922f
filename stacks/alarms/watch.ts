import type * as pulumi from "@pulumi/pulumi";

/** One metric of one thing. */
export interface Metric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statistic: "Sum" | "Average" | "Maximum" | "Minimum";
}

/** When somebody must be woken. */
export interface Watch {
  readonly thing: string;
  readonly description: string;
  /** Several: the worst of them counts. */
  readonly metrics: readonly [Metric, ...Metric[]];
  readonly alarmsWhen: "above" | "below";
  readonly threshold: number;
  /** Minutes in a row. */
  readonly minutes: number;
}
