import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { isUnknown } from "../pulumi-protocol/markers.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { existsInMirror } from "./mirror.ts";
import { logGroupType, metricAlarmType, topicType } from "./types.ts";

/** Retention periods that CloudWatch Logs accepts, in days; 0 keeps logs forever. */
const retentions = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Adds a check of moto, whose API may have removed the program's resource. */
function observed(handler: ResourceHandler): ResourceHandler {
  return {
    ...handler,
    read: async (region, resource) => ((await existsInMirror(region, resource)) ? {} : undefined),
  };
}

function refuseTaken(region: Region, type: string, id: string, code: string): void {
  if (region.resources.get(type, id)) throw new AwsError(code, `${id} already exists.`);
}

const logGroup = recorded(logGroupType, {
  inputs: ["name", "retentionInDays", "kmsKeyId", "skipDestroy", "tags"],
  replaceOn: ["name"],
  computed: ["arn"],
  autoname: { property: "name", maxLength: 512 },
  defaults: () => ({ retentionInDays: 0, skipDestroy: false }),
  validate({ retentionInDays: days }) {
    const wrong = typeof days === "number" && !retentions.includes(days);
    return wrong
      ? [
          {
            property: "retentionInDays",
            reason: `it is ${days}; it must be one of ${retentions.join(", ")}.`,
          },
        ]
      : [];
  },
  id: (_region, { inputs }) => String(inputs.name),
  admit(region, { id }, existing) {
    if (!existing) refuseTaken(region, logGroupType, id, "ResourceAlreadyExistsException");
  },
  outputs: (region, { id }) => ({ arn: makeArn(region, "logs", `log-group:${id}`) }),
});

const comparisons = [
  "GreaterThanOrEqualToThreshold",
  "GreaterThanThreshold",
  "LessThanThreshold",
  "LessThanOrEqualToThreshold",
];

function validateAlarm(inputs: Properties) {
  const { comparisonOperator: operator, metricName, metricQueries } = inputs;
  if ([operator, metricName, metricQueries].some(isUnknown)) return [];
  const queries = Array.isArray(metricQueries) && metricQueries.length > 0;
  return [
    ...(typeof operator === "string" && !operator.includes("Threshold")
      ? [
          {
            property: "comparisonOperator",
            reason: `it is ${operator}; it must be one of ${comparisons.join(", ")}.`,
          },
        ]
      : []),
    ...((metricName !== undefined) === queries
      ? [{ property: "metricName", reason: "exactly one of metricName and metricQueries must be given." }]
      : []),
  ];
}

const metricAlarm = recorded(metricAlarmType, {
  inputs: [
    "name",
    "alarmDescription",
    "comparisonOperator",
    "evaluationPeriods",
    "datapointsToAlarm",
    "threshold",
    "treatMissingData",
    "actionsEnabled",
    "alarmActions",
    "okActions",
    "insufficientDataActions",
    "namespace",
    "metricName",
    "dimensions",
    "statistic",
    "extendedStatistic",
    "period",
    "unit",
    "metricQueries",
    "tags",
  ],
  replaceOn: ["name"],
  computed: ["arn"],
  autoname: { property: "name", maxLength: 255 },
  defaults: () => ({ actionsEnabled: true, treatMissingData: "missing" }),
  validate: validateAlarm,
  id: (_region, { inputs }) => String(inputs.name),
  outputs: (region, { id }) => ({ arn: makeArn(region, "cloudwatch", `alarm:${id}`) }),
});

const topic = recorded(topicType, {
  inputs: ["name", "displayName", "kmsMasterKeyId", "policy", "tags"],
  replaceOn: ["name"],
  computed: ["arn", "owner"],
  autoname: { property: "name", maxLength: 256 },
  id: (region, { inputs }) => makeArn(region, "sns", String(inputs.name)),
  outputs: (region, { id }) => ({ arn: id, owner: region.accountId }),
});

export const monitoringResourceHandlers: readonly ResourceHandler[] = [logGroup, metricAlarm, topic].map(
  observed,
);
