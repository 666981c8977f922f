import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";
import type { Metric, Watch } from "./alarm-condition.ts";
import { type WatchedParts, watches } from "./alarm-conditions.ts";

const periodSeconds = 60;

/** An alarm for each watch, all to one topic that the operator subscribes to. */
export class Alarms extends pulumi.ComponentResource {
  readonly topic: aws.sns.Topic;

  constructor(deployment: Deployment, parts: WatchedParts, opts?: pulumi.ComponentResourceOptions) {
    super("dmm-env:stacks:Alarms", "alarms", {}, opts);
    this.topic = createTopic(this, deployment);
    for (const watch of watches(deployment, parts))
      createAlarm(this, deployment, { topic: this.topic, watch });
    this.registerOutputs({});
  }
}

function createTopic(parent: pulumi.Resource, { names }: Deployment): aws.sns.Topic {
  return new aws.sns.Topic("alarms", { name: names.of("alarms"), tags: names.tags("alarms") }, { parent });
}

function createAlarm(
  parent: pulumi.Resource,
  { names }: Deployment,
  { topic, watch }: { readonly topic: aws.sns.Topic; readonly watch: Watch },
): void {
  new aws.cloudwatch.MetricAlarm(
    watch.thing,
    {
      name: names.of(watch.thing),
      alarmDescription: watch.description,
      comparisonOperator: watch.alarmsWhen === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
      threshold: watch.threshold,
      evaluationPeriods: watch.minutes,
      // Error metrics are absent while there are no errors.
      treatMissingData: "notBreaching",
      ...measure(watch.metrics),
      alarmActions: [topic.arn],
      okActions: [topic.arn],
      tags: names.tags(watch.thing),
    },
    { parent },
  );
}

/** One metric directly; several by metric math, of which an alarm sees only the result. */
function measure(metrics: Watch["metrics"]): Partial<aws.cloudwatch.MetricAlarmArgs> {
  const [first, ...others] = metrics;
  if (others.length === 0) return { ...first, period: periodSeconds };
  const terms = metrics.map(term);
  const ids = terms.map(({ id }) => id).join(",");
  return {
    metricQueries: [{ id: "worst", expression: `MAX([${ids}])`, label: "worst", returnData: true }, ...terms],
  };
}

function term({ statistic, ...metric }: Metric, index: number) {
  return {
    id: `m${index + 1}`,
    metric: { ...metric, stat: statistic, period: periodSeconds },
    returnData: false,
  };
}
