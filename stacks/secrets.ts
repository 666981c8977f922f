import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "./deployment.ts";
import { differing } from "./differences.ts";

/** The environment's key, and the credentials that lie encrypted under it in the Parameter Store. */
export class Secrets extends pulumi.ComponentResource {
  readonly key: aws.kms.Key;
  readonly databasePassword: aws.ssm.Parameter;
  readonly redisAuthToken: aws.ssm.Parameter;
  readonly verifierSecret: aws.ssm.Parameter;
  readonly clientSecretKey: aws.ssm.Parameter;
  /** What the collector of traces wants to see; absent where it wants nothing. */
  readonly traceHeaders: aws.ssm.Parameter | undefined;

  constructor(deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("dmm-env:stacks:Secrets", "secrets", {}, opts);
    this.key = createKey(this, deployment);
    const create = (thing: string, description: string) =>
      createSecret(this, deployment, { key: this.key, thing, description });
    this.databasePassword = create("database-password", "Password of the database user platform");
    this.redisAuthToken = create("redis-auth-token", "AUTH token of the Redis cluster");
    this.verifierSecret = create("verifier-secret", "Secret of the OAuth2 client verifier");
    this.clientSecretKey = create(
      "client-secret-key",
      "Key of the hash by which client secrets are verified",
    );
    this.traceHeaders = createTraceHeaders(this, deployment, this.key);
    this.registerOutputs({});
  }
}

function createKey(parent: pulumi.Resource, { names, config }: Deployment): aws.kms.Key {
  const key = new aws.kms.Key(
    "platform",
    {
      description: `Everything at rest in ${config.environment}`,
      enableKeyRotation: true,
      deletionWindowInDays: differing(config, "aws:kms/key:Key", "deletionWindowInDays"),
      tags: names.tags("platform"),
    },
    { parent, protect: differing(config, "aws:kms/key:Key", "protect") },
  );
  // Aliases go at once, keys only after their window: a new environment of the same name gets a new key.
  new aws.kms.Alias(
    "platform",
    { name: `alias/${names.of("platform")}`, targetKeyId: key.keyId },
    { parent },
  );
  return key;
}

/**
 * Foreign, so AWS cannot make it: the operator puts the real value here once, and no later run touches it. Until then the
 * collector refuses what it is sent, which costs spans and nothing else.
 */
function createTraceHeaders(
  parent: pulumi.Resource,
  { config, names }: Deployment,
  key: aws.kms.Key,
): aws.ssm.Parameter | undefined {
  if (config.traceHeader === undefined) return undefined;
  return new aws.ssm.Parameter(
    "trace-headers",
    {
      name: names.path("trace-headers"),
      description: "What the collector of traces wants to see, name=value",
      type: "SecureString",
      keyId: key.keyId,
      value: pulumi.secret(`${config.traceHeader}=not-set-yet`),
      tags: names.tags("trace-headers"),
    },
    { parent, ignoreChanges: ["value"] },
  );
}

interface SecretArgs {
  readonly key: aws.kms.Key;
  readonly thing: string;
  readonly description: string;
}

/** Made by AWS once, and never again: later runs get another random text, which must not become a change. */
function createSecret(parent: pulumi.Resource, { names }: Deployment, args: SecretArgs): aws.ssm.Parameter {
  // 40 characters without punctuation satisfy Aurora MySQL (8 to 41) and ElastiCache AUTH (16 to 128).
  const random = aws.secretsmanager.getRandomPasswordOutput(
    { passwordLength: 40, excludePunctuation: true },
    { parent },
  );
  return new aws.ssm.Parameter(
    args.thing,
    {
      name: names.path(args.thing),
      description: args.description,
      type: "SecureString",
      keyId: args.key.keyId,
      value: pulumi.secret(random.randomPassword),
      tags: names.tags(args.thing),
    },
    { parent, ignoreChanges: ["value"] },
  );
}
