import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Cache } from "../cache.ts";
import { type Database, databaseAdministrator, databaseName } from "../database/database.ts";
import type { Deployment } from "../deployment.ts";
import { differing } from "../differences.ts";
import type { Ingress } from "../ingress/ingress.ts";
import type { Logs } from "../logs/logs.ts";
import { metricsPort } from "../metrics-port.ts";
import type { Statement } from "../policy.ts";
import type { Secrets } from "../secrets.ts";
import type { Upstream } from "../upstream.ts";
import { createService, type ServiceContext } from "./service.ts";
import type { ServiceSpec } from "./service-spec.ts";
import { traceEnvironment } from "./tracing.ts";

interface ServicesArgs {
  readonly context: ServiceContext;
  readonly ingress: Ingress;
  readonly upstream: Upstream;
  readonly database: Database;
  readonly cache: Cache;
  readonly secrets: Secrets;
  readonly logs: Logs;
}

/**
 * The three roles of the image: gateways, the admin site, and the stub that stands in for the APIs behind them.
 */
export class Services extends pulumi.ComponentResource {
  readonly gateway: aws.ecs.Service;
  readonly admin: aws.ecs.Service;
  readonly stub: aws.ecs.Service;

  constructor(deployment: Deployment, args: ServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dmm-env:stacks:Services", "services", {}, opts);
    const create = (spec: ServiceSpec) => createService(this, deployment, { context: args.context, spec });
    this.stub = create(stub(deployment, args));
    this.gateway = create(gateway(deployment, args));
    this.admin = create(admin(deployment, args));
    this.registerOutputs({});
  }
}

function gateway(deployment: Deployment, args: ServicesArgs): ServiceSpec {
  const { config } = deployment;
  return {
    name: "gateway",
    count: config.gatewayCount,
    cpu: config.gatewayCpu,
    memory: config.gatewayMemory,
    environment: gatewayEnvironment(deployment, args),
    secrets: {
      DATABASE_PASSWORD: args.secrets.databasePassword,
      REDIS_AUTH_TOKEN: args.secrets.redisAuthToken,
      VERIFIER_SECRET: args.secrets.verifierSecret,
      CLIENT_SECRET_KEY: args.secrets.clientSecretKey,
      ...(args.secrets.traceHeaders && { OTEL_EXPORTER_OTLP_HEADERS: args.secrets.traceHeaders }),
    },
    permissions: [writeAccessLog(args.logs)],
    targets: args.ingress.gatewayTargets,
    waitsFor: [args.ingress.listener, ...args.database.instances],
  };
}

function admin(deployment: Deployment, args: ServicesArgs): ServiceSpec {
  return {
    name: "admin",
    count: deployment.config.adminCount,
    cpu: 256,
    memory: 512,
    environment: {
      ...storeEnvironment(deployment, args),
      ...loginEnvironment(deployment),
      DATABASE_ADMINISTRATOR: databaseAdministrator,
      // The site trusts a client certificate's name only if the ingress has verified the certificate.
      CLIENT_CERTIFICATES_VERIFIED: differing(
        deployment.config,
        "aws:ecs/taskDefinition:TaskDefinition",
        "CLIENT_CERTIFICATES_VERIFIED",
      ),
    },
    secrets: {
      DATABASE_PASSWORD: args.secrets.databasePassword,
      DATABASE_ADMINISTRATOR_PASSWORD: args.secrets.databaseAdministratorPassword,
      CLIENT_SECRET_KEY: args.secrets.clientSecretKey,
    },
    permissions: [],
    targets: args.ingress.adminTargets,
    // ECS refuses a target group that no listener uses yet.
    waitsFor: [args.ingress.adminRule, ...args.database.instances],
  };
}

function stub(deployment: Deployment, { upstream }: ServicesArgs): ServiceSpec {
  return {
    name: "stub",
    count: deployment.config.stubCount,
    cpu: 256,
    memory: 512,
    environment: commonEnvironment(deployment),
    secrets: {},
    permissions: [],
    targets: upstream.targets,
    waitsFor: [upstream.listener],
  };
}

type Environment = ServiceSpec["environment"];

function commonEnvironment({ config, place }: Deployment): Environment {
  return {
    // On EC2 the ECS agent does not provide the Region, and the SDK has no other source.
    AWS_REGION: place.region,
    PORT: String(config.servicePort),
    ENVIRONMENT: config.environment,
    DRAIN_SECONDS: String(config.drainSeconds),
  };
}

function storeEnvironment(deployment: Deployment, { database, upstream }: ServicesArgs): Environment {
  return {
    ...commonEnvironment(deployment),
    DATABASE_HOST: database.cluster.endpoint,
    DATABASE_READER_HOST: database.cluster.readerEndpoint,
    DATABASE_PORT: String(deployment.config.databasePort),
    DATABASE_NAME: databaseName,
    DATABASE_USER: databaseName,
    UPSTREAM_URL: upstream.url,
  };
}

/**
 * The login: for the gateways, and for the admin site, which manages users only if they are the platform's own.
 */
function loginEnvironment({ config }: Deployment): Environment {
  return config.login === undefined ? {} : { LOGIN: config.login };
}

function gatewayEnvironment(deployment: Deployment, args: ServicesArgs): Environment {
  const { config } = deployment;
  return {
    ...storeEnvironment(deployment, args),
    ISSUER: config.origin,
    REDIS_HOST: args.cache.group.configurationEndpointAddress,
    REDIS_PORT: String(config.cachePort),
    DELIVERY_STREAM: args.logs.stream.name,
    // One worker per vCPU.
    GATEWAY_WORKERS: String(Math.max(1, Math.floor(config.gatewayCpu / 1024))),
    ...(config.metricsNetworks.length > 0 && { METRICS_PORT: String(metricsPort) }),
    ...loginEnvironment(deployment),
    ...(config.dpopNonces === "on" && { DPOP_NONCES: "on" }),
    ...traceEnvironment(config),
  };
}

function writeAccessLog({ stream }: Logs): Statement {
  return { Effect: "Allow", Action: ["firehose:PutRecord", "firehose:PutRecordBatch"], Resource: stream.arn };
}
