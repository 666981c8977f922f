import type { DocumentedRule, DocumentedRules } from "./documented-rule.ts";

const balancingName = (what: string): readonly DocumentedRule[] => [
  {
    member: "Name",
    allowed: /^.{0,32}$/,
    code: "ValidationError",
    message: (value) => `${what} name '${value}' cannot be longer than '32' characters`,
  },
  {
    member: "Name",
    allowed: /^[A-Za-z0-9-]*$/,
    code: "ValidationError",
    message: (value) =>
      `${what} name '${value}' can only contain characters that are alphanumeric or hyphens`,
  },
  {
    member: "Name",
    allowed: /^(?!-).*(?<!-)$/,
    code: "ValidationError",
    message: (value) => `${what} name '${value}' cannot begin or end with a hyphen`,
  },
];

/** Identifiers of database clusters, instances and replication groups. */
const identifier = (member: string, longest: number): DocumentedRule => ({
  member,
  allowed: new RegExp(`^(?=.{1,${longest}}$)[A-Za-z](-?[A-Za-z0-9])*$`),
  code: "InvalidParameterValue",
  message: () =>
    `The parameter ${member} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII ` +
    "letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.",
});

/** Names of clusters, services and task families. */
const containerName = (member: string): DocumentedRule => ({
  member,
  allowed: /^[A-Za-z0-9_-]{1,255}$/,
  code: "InvalidParameterException",
  message: () =>
    `${member} is invalid. Up to 255 letters (uppercase and lowercase), numbers, underscores, and hyphens are allowed.`,
});

const groupText = (member: string, message: string): DocumentedRule => ({
  member,
  allowed: /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{0,255}$/,
  code: "InvalidParameterValue",
  message: (value) => `Value (${value}) for parameter ${member} is invalid. ${message}`,
});

/** Rules for names; each is in the API reference of the operation, under the member. */
export const nameRules: DocumentedRules = {
  acm: {
    RequestCertificate: [
      {
        member: "DomainName",
        allowed: /^.{0,64}$/,
        code: "ValidationException",
        message: (value) =>
          `The first domain name (${value}) cannot exceed 64 octets, including periods; longer names must be subject ` +
          "alternative names.",
      },
    ],
  },
  ec2: {
    CreateSecurityGroup: [
      {
        member: "GroupName",
        allowed: /^(?!sg-)/i,
        code: "InvalidParameterValue",
        message: () => "Group names may not be in the format sg-*",
      },
      groupText("GroupName", "Up to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$* are allowed."),
      groupText("Description", "Up to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$* are allowed."),
    ],
  },
  ecs: {
    CreateCluster: [containerName("clusterName")],
    CreateService: [containerName("serviceName")],
    RegisterTaskDefinition: [containerName("family")],
    CreateCapacityProvider: [
      {
        member: "name",
        allowed: /^(?!aws|ecs|fargate)[A-Za-z0-9_-]{1,255}$/i,
        code: "InvalidParameterException",
        message: () =>
          "The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters (upper " +
          'and lowercase), numbers, underscores, and hyphens. The name can not be prefixed with "aws", "ecs", or "fargate".',
      },
    ],
  },
  elasticache: {
    CreateReplicationGroup: [identifier("ReplicationGroupId", 40)],
    CreateCacheSubnetGroup: [
      {
        member: "CacheSubnetGroupName",
        allowed: /^[A-Za-z0-9-]{1,255}$/,
        code: "InvalidParameterValue",
        message: () =>
          "The parameter CacheSubnetGroupName must contain no more than 255 alphanumeric characters or hyphens.",
      },
    ],
  },
  elasticloadbalancing: {
    CreateLoadBalancer: [
      ...balancingName("The load balancer"),
      {
        member: "Name",
        allowed: /^(?!internal-)/,
        code: "ValidationError",
        message: (value) => `The load balancer name '${value}' cannot begin with 'internal-'`,
      },
    ],
    CreateTargetGroup: balancingName("Target group"),
  },
  rds: {
    CreateDBCluster: [identifier("DBClusterIdentifier", 63)],
    CreateDBInstance: [identifier("DBInstanceIdentifier", 63)],
    CreateDBSubnetGroup: [
      {
        member: "DBSubnetGroupName",
        allowed: /^(?!default$)[A-Za-z][A-Za-z0-9._ -]{0,254}$/i,
        code: "InvalidParameterValue",
        message: () =>
          "The parameter DBSubnetGroupName is not a valid identifier: no more than 255 letters, numbers, periods, " +
          "underscores, spaces, or hyphens, beginning with a letter, and not default.",
      },
    ],
    CreateDBParameterGroup: [identifier("DBParameterGroupName", 255)],
  },
  s3: {
    // Bucket naming rules of the S3 User Guide.
    CreateBucket: [
      {
        member: "Bucket",
        allowed:
          /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        code: "InvalidBucketName",
        message: () => "The specified bucket is not valid.",
      },
    ],
  },
  sns: {
    CreateTopic: [
      {
        member: "Name",
        allowed: /^[A-Za-z0-9_-]{1,256}$|^[A-Za-z0-9_-]{1,251}\.fifo$/,
        code: "InvalidParameter",
        message: () => "Invalid parameter: Topic Name",
      },
    ],
  },
};
