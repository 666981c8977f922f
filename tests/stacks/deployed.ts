import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { digestContent } from "../../image/digest.ts";
import { program } from "../../stacks/index.ts";
import type { PlatformOutputs } from "../../stacks/outputs.ts";

/** Of the image that ECR has, and of no other: the content of this checkout. */
const imageDigest = digestContent({ folder: join(import.meta.dirname, "..", ".."), workspace: "gateway" });

/** One resource as it is declared to the engine. */
export interface DeclaredResource {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of any AWS type
  readonly inputs: any;
  readonly urn: string;
  readonly protect: boolean;
  readonly ignoreChanges: readonly string[];
  readonly dependencies: readonly string[];
  /** Inputs that the engine must keep secret. */
  readonly secrets: readonly string[];
}

/** The program's resources and outputs under one configuration. */
export interface Deployed {
  readonly resources: readonly DeclaredResource[];
  readonly outputs: PlatformOutputs;
  all(type: string): readonly DeclaredResource[];
  one(type: string, name: string): DeclaredResource;
}

/** Configuration of production, as in `Pulumi.production.yaml` but short. */
export const productionConfig: Readonly<Record<string, string>> = {
  environment: "production",
  owner: "platform",
  zone: "api.example.com",
  zones: "euw1-az3, euw1-az1, euw1-az2",
  instanceImage: "al2023-ami-ecs-hvm-2023.0.20251108-kernel-6.1-x86_64",
  image: `dmm-env/gateway@${imageDigest}`,
  onPremisesNetworks: "172.20.0.0/16",
  directConnectGatewayId: "0a1b2c3d-0000-4000-8000-0123456789ab",
};

/** An environment: production's configuration and an operator's overrides. */
export const environmentConfig: Readonly<Record<string, string>> = {
  ...productionConfig,
  environment: "feature-x",
  owner: "somebody",
  expires: "2026-11-24T18:00:00Z",
  addressBlock: "10.23.0.0/16",
  insiders: "203.0.113.0/24, 198.51.100.7/32",
  insiderAuthority: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
  revocationList: "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n",
};

/** Runs the program against Pulumi's mocks, which respond like AWS. */
export async function deploy(
  config: Readonly<Record<string, string>>,
  { zones = ["b", "c", "a"] }: { readonly zones?: readonly string[] } = {},
): Promise<Deployed> {
  const resources: DeclaredResource[] = [];
  await pulumi.runtime.setMocks(
    { newResource: respond, call: (request) => call(request, zones) },
    "dmm-env",
    config.environment ?? "none",
    false,
  );
  listen(resources);
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(config).map(([key, value]) => [`dmm-env:${key}`, value])),
  );
  const declared = await program();
  const outputs = await settle(pulumi.output(declared));
  await pulumi.runtime.disconnect();
  return {
    resources,
    outputs: outputs as PlatformOutputs,
    all: (type) => resources.filter((resource) => resource.type === type),
    one: (type, name) => only(resources, type, name),
  };
}

function only(resources: readonly DeclaredResource[], type: string, name: string): DeclaredResource {
  const found = resources.filter((resource) => resource.type === type && resource.name === name);
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${found.length} resources ${type} ${name}`);
  return found[0];
}

function settle<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}

/** Mocks see inputs but no options, so the requests themselves are observed. */
function listen(resources: DeclaredResource[]): void {
  // biome-ignore lint/suspicious/noExplicitAny: the mock monitor is no public type
  const monitor = pulumi.runtime.getMonitor() as any;
  const register = monitor.registerResource.bind(monitor);
  // biome-ignore lint/suspicious/noExplicitAny: as above
  monitor.registerResource = (request: any, callback: (error: unknown, response: any) => void) =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    register(request, (error: unknown, response: any) => {
      if (response !== undefined) {
        const inputs = request.getObject().toJavaScript();
        resources.push({
          type: request.getType(),
          name: request.getName(),
          inputs: unwrap(inputs),
          urn: response.getUrn(),
          protect: request.getProtect(),
          ignoreChanges: request.getIgnorechangesList(),
          dependencies: request.getDependenciesList(),
          secrets: Object.keys(inputs).filter((key) => isSecret(inputs[key])),
        });
      }
      callback(error, response);
    });
}

const secretSignature = "4dabf18193072939515e22adb298388d";

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && secretSignature in value;
}

/** Unwraps secrets. */
function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value) && "value" in value) return unwrap(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrap(inner)]));
}

/** ARNs of types whose form other services check, by logical name. */
const arnForms: Readonly<Record<string, (name: string) => string>> = {
  "aws:acm/certificate:Certificate": (name) => `arn:aws:acm:eu-west-1:123456789012:certificate/${name}`,
  "aws:iam/role:Role": (name) => `arn:aws:iam::123456789012:role/${name}`,
  "aws:kms/key:Key": (name) => `arn:aws:kms:eu-west-1:123456789012:key/${name}`,
  "aws:s3/bucket:Bucket": (name) => `arn:aws:s3:::${name}`,
};

/** ARN of a resource of the mocks, by its type and logical name. */
export function arnOf(type: string, name: string): string {
  return arnForms[type]?.(name) ?? `arn:aws:mock:eu-west-1:123456789012:${name}`;
}

/** Outputs that AWS would compute, derived from the logical name. */
function respond({ type, name, inputs }: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
  const computed: Record<string, unknown> = {
    arn: arnOf(type, name),
    ...computedByType(type, name, inputs),
  };
  return { id: `${name}-id`, state: { ...computed, ...inputs } };
}

// biome-ignore lint/suspicious/noExplicitAny: inputs of any type
function computedByType(type: string, name: string, inputs: any): Record<string, unknown> {
  const ids = (kind: string) => [1, 2, 3].map((zone) => `subnet-${kind}-${zone}`);
  switch (type) {
    case "awsx:ec2:Vpc":
      return {
        vpcId: "vpc-1",
        publicSubnetIds: ids("public"),
        privateSubnetIds: ids("private"),
        isolatedSubnetIds: ids("isolated"),
        routeTableAssociations: ["public", "private", "isolated"].flatMap((kind) =>
          ids(kind).map((subnetId) => ({ subnetId, routeTableId: `table-of-${subnetId}` })),
        ),
      };
    case "aws:acm/certificate:Certificate":
      return {
        domainValidationOptions: [inputs.domainName, ...inputs.subjectAlternativeNames].map((domainName) => ({
          domainName,
          resourceRecordName: `_proof.${domainName}`,
          resourceRecordType: "CNAME",
          resourceRecordValue: "_proof.acm-validations.aws",
        })),
      };
    case "aws:lb/loadBalancer:LoadBalancer":
      return { dnsName: `${name}.elb.example`, zoneId: "Z1", arnSuffix: `app/${name}/1` };
    case "aws:lb/targetGroup:TargetGroup":
      return { arnSuffix: `targetgroup/${name}/1` };
    case "aws:ec2/launchTemplate:LaunchTemplate":
      return { latestVersion: 1 };
    case "aws:route53/record:Record":
      return { fqdn: inputs.name };
    case "aws:kms/key:Key":
      return { keyId: "key-1" };
    case "aws:rds/cluster:Cluster":
      return { endpoint: "writer.example", readerEndpoint: "reader.example" };
    case "aws:elasticache/replicationGroup:ReplicationGroup":
      return { configurationEndpointAddress: "cache.example" };
    default:
      return {};
  }
}

function call(
  { token, inputs }: pulumi.runtime.MockCallArgs,
  zones: readonly string[],
): pulumi.runtime.MockCallResult {
  const responses: Readonly<Record<string, pulumi.runtime.MockCallResult>> = {
    "aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
    "aws:index/getRegion:getRegion": { region: "eu-west-1" },
    "aws:index/getPartition:getPartition": { partition: "aws", dnsSuffix: "amazonaws.com" },
    "aws:index/getAvailabilityZones:getAvailabilityZones": {
      names: zones.map((letter) => `eu-west-1${letter}`),
      zoneIds: zones.map((_, index) => `euw1-az${index + 1}`),
    },
    "aws:ssm/getParameter:getParameter": { insecureValue: "ami-1" },
    "aws:ecr/getImage:getImage": { imageDigest },
    "aws:route53/getZone:getZone": { zoneId: "Z2" },
    "aws:secretsmanager/getRandomPassword:getRandomPassword": { randomPassword: "a-random-password" },
  };
  if (token === "aws:ecr/getImage:getImage" && inputs.imageDigest !== imageDigest)
    throw Object.assign(new Error("refused"), {
      details: `ImageNotFoundException: ${inputs.repositoryName} has no ${inputs.imageDigest}`,
    });
  const found = responses[token];
  if (found === undefined) throw new Error(`The program invokes ${token}, which has no mock here.`);
  return found;
}
