import { collectorAddress, headerName, share } from "./collector.ts";
import { environmentName, hostedZone } from "./environment-name.ts";
import { instanceType } from "./instance-types.ts";
import { addressBlock, sourceNetworks, targetNetworks } from "./networks.ts";
import { cacheNodeType, databaseInstanceClass } from "./store-classes.ts";
import {
  choice,
  list,
  oneOf,
  optionalPem,
  optionalText,
  optionalTime,
  type Parsed,
  type Parser,
  text,
  wholeNumber,
} from "./values.ts";

/** One configuration key: its purpose, its allowed values, its default. */
export interface Key<T> {
  readonly description: string;
  readonly parse: Parser<T>;
  /** Absent: the key must be set. */
  readonly default?: string;
}

/** Retention periods that CloudWatch Logs supports, in days. */
const retentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827];

/** Every key of the namespace `dmm-env`, in the order of the documentation. */
export const keys = {
  environment: key("Name of the environment; only `production` is open to the public.", environmentName),
  owner: key(
    "Person responsible for the environment; the tag `dmm:owner`.",
    text(/^[\w.@+=/ -]{1,128}$/, ownerAllowed()),
  ),
  expires: key(
    "When the environment's lifetime ends (UTC); the tag `dmm:expires`. Not in production.",
    optionalTime,
    "",
  ),
  zone: key("Public Route 53 hosted zone for the platform's DNS names.", hostedZone),
  zones: key(
    "The three availability zones by id, comma separated: names differ between accounts.",
    threeZones,
  ),
  addressBlock: key("IPv4 network of the VPC.", addressBlock, "10.0.0.0/16"),
  insiders: key(
    "Networks that may reach the ingress, comma separated. Not in production.",
    sourceNetworks,
    "",
  ),
  ingressPort: key(
    "Port that clients connect to; part of every address and of the issuer, unless it is 443.",
    wholeNumber(1, 65_535),
    "443",
  ),
  insiderAuthority: key(
    "Certificate authority that signs the insiders' certificates, PEM.",
    optionalPem("CERTIFICATE"),
    "",
  ),
  revocationList: key("The authority's first revocation list, PEM.", optionalPem("X509 CRL"), ""),
  onPremisesNetworks: key("Networks reached over the private line, comma separated.", targetNetworks, ""),
  directConnectGatewayId: key("Direct Connect gateway of the private line.", gatewayId(), ""),
  privateLine: key(
    "Who gets the private line: production alone, or everywhere (environments too).",
    choice(["production", "everywhere"]),
    "production",
  ),
  permissionsBoundary: key(
    "IAM policy that bounds every role, by ARN, where the account demands one.",
    optionalText(
      /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]{1,512}$/,
      "the ARN of a managed policy of IAM",
    ),
    "",
  ),
  image: key("Image of the platform by digest; without a registry, the account's own is used.", imageName()),
  servicePort: key(
    "Port of every role of the image, and of the listener in front of the upstream.",
    wholeNumber(1_150, 55_535),
    "8080",
  ),
  databasePort: key("Port of the database.", wholeNumber(1_150, 55_535), "3306"),
  cachePort: key("Port of the cache.", wholeNumber(1_150, 55_535), "6379"),
  gatewayCount: key("Number of gateways that always run.", wholeNumber(1, 100), "3"),
  gatewayCpu: key("CPU units per gateway; 1024 is one vCPU.", wholeNumber(128, 16384), "1024"),
  gatewayMemory: key("Memory per gateway, MiB.", wholeNumber(128, 65536), "2048"),
  adminCount: key("Number of admin site tasks.", wholeNumber(1, 10), "1"),
  login: key(
    "Custom login module in the image, instead of the table of users.",
    optionalText(
      /^\/(?!.*\/\.\.?\/)[\w./@-]{1,200}\.(?:js|mjs|ts)$/,
      "an absolute path like /app/login/company.ts",
    ),
    "",
  ),
  dpopNonces: key("Whether DPoP proofs require a server nonce: on or off.", choice(["off", "on"]), "off"),
  stubCount: key("Number of API stub tasks.", wholeNumber(1, 10), "1"),
  drainSeconds: key("Seconds that requests in flight get when a gateway stops.", wholeNumber(30, 110), "30"),
  instanceType: key("EC2 instance type of the cluster (x86-64).", instanceType, "c7i.xlarge"),
  instanceImage: key(
    "Release of Amazon's image for ECS that instances run; its name in the Parameter Store.",
    text(
      /^al2023-ami-ecs-hvm-2023\.\d+\.\d{8}-kernel-\d+\.\d+-x86_64$/,
      "like al2023-ami-ecs-hvm-2023.0.20251108-kernel-6.1-x86_64",
    ),
  ),
  instanceCount: key("Minimum number of instances, spread over the zones.", wholeNumber(3, 100), "3"),
  instanceLimit: key("Maximum number of instances.", wholeNumber(3, 200), "9"),
  databaseInstanceClass: key("Aurora instance class.", databaseInstanceClass, "db.r6g.large"),
  databaseEngineVersion: key(
    "Aurora MySQL version.",
    text(/^8\.0\.mysql_aurora\.3\.\d{2}\.\d+$/, "like 8.0.mysql_aurora.3.10.1"),
    "8.0.mysql_aurora.3.10.1",
  ),
  databaseReaders: key("Number of Aurora readers, in addition to the writer.", wholeNumber(1, 15), "3"),
  databaseBackupDays: key("Retention of automatic backups in days.", wholeNumber(1, 35), "7"),
  cacheNodeType: key("ElastiCache node type.", cacheNodeType, "cache.r7g.large"),
  cacheEngineVersion: key("Redis version.", text(/^7\.[01]$/, "7.0 or 7.1"), "7.1"),
  cacheShards: key("Number of Redis shards.", wholeNumber(1, 90), "3"),
  cacheReplicas: key("Number of replicas per shard.", wholeNumber(1, 5), "1"),
  logRetentionDays: key("Log retention in days.", oneOf(retentionDays), "30"),
  metricsNetworks: key(
    "Networks that may scrape the gateways' metrics, comma separated.",
    sourceNetworks,
    "",
  ),
  traceEndpoint: key(
    "Collector for the gateways' traces (OTLP over HTTP); tracing is off without it.",
    collectorAddress,
    "",
  ),
  traceRatio: key("Ratio of requests to trace, 0 to 1.", share, "0.01"),
  traceNetworks: key(
    "Networks of the collector, comma separated; for ports other than 443.",
    targetNetworks,
    "",
  ),
  traceHeader: key(
    "Header that authenticates the gateways to the collector; its value is a secret.",
    headerName,
    "",
  ),
} as const;

/** The parsed values of all keys. */
export type Values = { readonly [K in keyof typeof keys]: (typeof keys)[K] extends Key<infer T> ? T : never };

function key<T>(description: string, parse: Parser<T>, fallback?: string): Key<T> {
  return fallback === undefined ? { description, parse } : { description, parse, default: fallback };
}

function ownerAllowed(): string {
  return "1 to 128 letters, digits, spaces and . @ + = / _ -";
}

function gatewayId(): Parser<string | undefined> {
  return optionalText(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "the id of a Direct Connect gateway");
}

/** Another order is another name of each subnet, so it is kept. */
const zoneIds = list(text(/^[a-z]{3,5}\d-az\d$/, "a zone id like euw1-az1"));

function threeZones(value: string): Parsed<readonly [string, string, string]> {
  const parsed = zoneIds(value);
  if ("problem" in parsed) return parsed;
  const [one, two, three, ...more] = parsed.value;
  return one === undefined || two === undefined || three === undefined || more.length > 0
    ? { problem: "three different zone ids, like euw1-az1, euw1-az2, euw1-az3" }
    : { value: [one, two, three] };
}

function imageName(): Parser<string> {
  return text(
    /^([a-z0-9.-]+\.[a-z]+\/)?[a-z0-9._/-]+@sha256:[0-9a-f]{64}$/,
    "an image by its digest, like dmm-env/gateway@sha256:<64 hexadecimal digits>, in a registry on port 443",
  );
}
