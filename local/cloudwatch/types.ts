export const logGroupType = "aws:cloudwatch/logGroup:LogGroup";
export const metricAlarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
export const topicType = "aws:sns/topic:Topic";
