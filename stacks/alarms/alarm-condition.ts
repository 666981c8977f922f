import type * as pulumi from "@pulumi/pulumi";

/** One metric of one resource. */
export interface Metric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statistic: "Sum" | "Average" | "Maximum" | "Minimum";
}

/** A condition that needs an operator's attention. */
export interface Watch {
  readonly thing: string;
  readonly description: string;
  /** Several: the worst of them counts. */
  readonly metrics: readonly [Metric, ...Metric[]];
  readonly alarmsWhen: "above" | "below";
  readonly threshold: number;
  /** Consecutive minutes. */
  readonly minutes: number;
}
