import type { Properties, Value } from "../resource.ts";

/** A metric alarm's inputs as the form of `PutMetricAlarm`. */
export function alarmForm(inputs: Properties): Record<string, string> {
  const { name, alarmDescription, evaluationPeriods, datapointsToAlarm, comparisonOperator } = inputs;
  return {
    ...scalars({
      AlarmName: name,
      AlarmDescription: alarmDescription,
      EvaluationPeriods: evaluationPeriods,
      DatapointsToAlarm: datapointsToAlarm,
      ComparisonOperator: comparisonOperator,
      Threshold: inputs.threshold,
      TreatMissingData: inputs.treatMissingData,
      ActionsEnabled: inputs.actionsEnabled,
      Namespace: inputs.namespace,
      MetricName: inputs.metricName,
      Statistic: inputs.statistic,
      ExtendedStatistic: inputs.extendedStatistic,
      Period: inputs.period,
      Unit: inputs.unit,
    }),
    ...list("AlarmActions", inputs.alarmActions),
    ...list("OKActions", inputs.okActions),
    ...list("InsufficientDataActions", inputs.insufficientDataActions),
    ...dimensions("", inputs.dimensions),
    ...metricQueries(inputs.metricQueries),
  };
}

function scalars(values: Readonly<Record<string, Value | undefined>>, prefix = ""): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [`${prefix}${name}`, String(value)]),
  );
}

function list(name: string, values: Value | undefined): Record<string, string> {
  const items = Array.isArray(values) ? values : [];
  return Object.fromEntries(items.map((item, index) => [`${name}.member.${index + 1}`, String(item)]));
}

function dimensions(prefix: string, values: Value | undefined): Record<string, string> {
  const entries = Object.entries((values ?? {}) as Properties);
  return Object.assign(
    {},
    ...entries.map(([Name, Value], index) =>
      scalars({ Name, Value }, `${prefix}Dimensions.member.${index + 1}.`),
    ),
  );
}

function metricQueries(values: Value | undefined): Record<string, string> {
  const queries = (Array.isArray(values) ? values : []) as Properties[];
  return Object.assign(
    {},
    ...queries.map((query, index) => metricQuery(`Metrics.member.${index + 1}.`, query)),
  );
}

function metricQuery(prefix: string, query: Properties): Record<string, string> {
  const metric = query.metric as Properties | undefined;
  return {
    ...scalars(
      { Id: query.id, Expression: query.expression, Label: query.label, ReturnData: query.returnData },
      prefix,
    ),
    ...(metric
      ? {
          ...scalars({ Stat: metric.stat, Period: metric.period, Unit: metric.unit }, `${prefix}MetricStat.`),
          ...scalars(
            { Namespace: metric.namespace, MetricName: metric.metricName },
            `${prefix}MetricStat.Metric.`,
          ),
          ...dimensions(`${prefix}MetricStat.Metric.`, metric.dimensions),
        }
      : {}),
  };
}
