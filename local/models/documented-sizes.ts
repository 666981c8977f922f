import type { DocumentedRule, DocumentedRules } from "./documented-rule.ts";

/** `large`, `xlarge` and the given multiples of `xlarge`. */
function sizes(...multiples: readonly number[]): string {
  return `(?:large|xlarge|(?:${multiples.join("|")})xlarge)`;
}

/** Classes of Aurora MySQL 3: "Supported DB engines for DB instance classes", Aurora User Guide. */
const auroraClasses = [
  "serverless",
  "(?:t3|t4g)\\.(?:medium|large)",
  `(?:r6g|r7g|x2g)\\.${sizes(2, 4, 8, 12, 16)}`,
  `r5\\.${sizes(2, 4, 8, 12, 16, 24)}`,
  `r6i\\.${sizes(2, 4, 8, 12, 16, 24, 32)}`,
  `(?:r7i|r8g)\\.${sizes(2, 4, 8, 12, 16, 24, 48)}`,
];

/** Node types of Redis OSS 7: the API reference of CreateReplicationGroup, current generation. */
const nodeTypes = [
  "(?:t3|t4g)\\.(?:micro|small|medium)",
  `(?:m5|r5)\\.${sizes(2, 4, 12, 24)}`,
  `(?:m6g|m7g|r6g|r7g)\\.${sizes(2, 4, 8, 12, 16)}`,
];

const auroraVersion: DocumentedRule = {
  member: "EngineVersion",
  allowed: /^8\.0(\.mysql_aurora\.3\.\d{2}\.\d+)?$/,
  code: "InvalidParameterCombination",
  message: (value) => `Cannot find version ${value} for aurora-mysql`,
};

/** Classes and versions. The region serves Aurora MySQL 3 and Redis OSS 7, so these are the only engines here. */
export const sizeRules: DocumentedRules = {
  elasticache: {
    CreateReplicationGroup: [
      {
        member: "CacheNodeType",
        allowed: new RegExp(`^cache\\.(?:${nodeTypes.join("|")})$`),
        code: "InvalidParameterValue",
        message: (value) => `Invalid Cache Node Type: ${value}.`,
      },
      {
        member: "EngineVersion",
        allowed: /^7\.[01]$/,
        code: "InvalidParameterCombination",
        message: (value) => `Cannot find version ${value} for redis`,
      },
    ],
  },
  rds: {
    CreateDBCluster: [auroraVersion],
    CreateDBInstance: [
      auroraVersion,
      {
        member: "DBInstanceClass",
        allowed: new RegExp(`^db\\.(?:${auroraClasses.join("|")})$`),
        code: "InvalidParameterValue",
        message: (value) => `Invalid DB Instance class: ${value}`,
      },
    ],
  },
};
