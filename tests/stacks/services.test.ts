import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { test } from "tap";
import { StackError } from "../../stacks/errors.ts";
import { locateImage } from "../../stacks/services/image.ts";
import { arnOf, deploy, environmentConfig } from "./deployed.ts";

const environment = await deploy(environmentConfig);
const arn = (name: string) => `arn:aws:mock:eu-west-1:123456789012:${name}`;

function digest(digit: string): string {
  return `sha256:${digit.repeat(64)}`;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

function statements(role: string): readonly Statement[] {
  return JSON.parse(environment.one("aws:iam/rolePolicy:RolePolicy", role).inputs.policy).Statement;
}

function container(service: string) {
  const { inputs } = environment.one("aws:ecs/taskDefinition:TaskDefinition", service);
  return JSON.parse(inputs.containerDefinitions)[0];
}

test("no policy allows an action on everything, except the one for which IAM supports nothing narrower", async () => {
  for (const { name } of environment.all("aws:iam/rolePolicy:RolePolicy")) {
    for (const { Action, Resource } of statements(name)) {
      assert.ok(!JSON.stringify(Action).includes("*"), `${name} ${Action}`);
      if (JSON.stringify(Resource) === '"*"') assert.equal(Action, "ecr:GetAuthorizationToken", name);
    }
  }
});

test("each service's tasks are started with exactly its own secrets", async () => {
  const readable = (service: string) =>
    statements(`${service}-execution`).flatMap((it) =>
      it.Action === "ssm:GetParameters" ? it.Resource : [],
    );
  assert.deepEqual(readable("gateway"), [
    arn("database-password"),
    arn("redis-auth-token"),
    arn("verifier-secret"),
    arn("client-secret-key"),
  ]);
  assert.deepEqual(readable("admin"), [
    arn("database-password"),
    arn("database-administrator-password"),
    arn("client-secret-key"),
  ]);
  assert.deepEqual(readable("stub"), []);
  for (const service of ["gateway", "admin", "stub"]) {
    assert.deepEqual(
      container(service).secrets.map((it: { valueFrom: string }) => it.valueFrom),
      readable(service),
    );
  }
});

test("the key decrypts these secrets and nothing else", async () => {
  const decrypt = statements("gateway-execution").find((it) => it.Action === "kms:Decrypt");
  assert.equal(decrypt?.Resource, arnOf("aws:kms/key:Key", "platform"));
  assert.deepEqual(decrypt?.Condition, {
    StringEquals: {
      "kms:EncryptionContext:PARAMETER_ARN": [
        arn("database-password"),
        arn("redis-auth-token"),
        arn("verifier-secret"),
        arn("client-secret-key"),
      ],
    },
  });
});

test("gateways may write to the delivery stream; the other services have no permissions", async () => {
  assert.deepEqual(statements("gateway-task"), [
    {
      Effect: "Allow",
      Action: ["firehose:PutRecord", "firehose:PutRecordBatch"],
      Resource: arn("access-log"),
    },
  ]);
  for (const service of ["admin", "stub"]) {
    assert.equal(
      environment.one("aws:ecs/taskDefinition:TaskDefinition", service).inputs.taskRoleArn,
      undefined,
    );
  }
});

test("AWS services assume a role only for this account", async () => {
  for (const { name, inputs } of environment.all("aws:iam/role:Role")) {
    const [trust] = JSON.parse(inputs.assumeRolePolicy).Statement;
    if (trust.Principal.Service === "ec2.amazonaws.com") continue;
    // Firehose's documentation names no condition key, so one that is absent must not refuse it.
    const operator =
      trust.Principal.Service === "firehose.amazonaws.com" ? "StringEqualsIfExists" : "StringEquals";
    assert.deepEqual(trust.Condition, { [operator]: { "aws:SourceAccount": "123456789012" } }, name);
  }
});

test("a failed deployment is rolled back, and no old task stops before a new one is healthy", async () => {
  const counts: Record<string, number> = {};
  for (const { name, inputs } of environment.all("aws:ecs/service:Service")) {
    counts[name] = inputs.desiredCount;
    assert.deepEqual(inputs.deploymentCircuitBreaker, { enable: true, rollback: true });
    assert.equal(inputs.deploymentMinimumHealthyPercent, 100);
    assert.equal(inputs.waitForSteadyState, true);
  }
  assert.deepEqual(counts, { gateway: 3, admin: 1, stub: 1 });
});

test("tasks run in private subnets under their own security group, with a read-only root and no capabilities", async () => {
  for (const { name, inputs } of environment.all("aws:ecs/service:Service")) {
    assert.deepEqual(inputs.networkConfiguration, {
      subnets: [1, 2, 3].map((zone) => `subnet-private-${zone}`),
      securityGroups: [`${name}-id`],
    });
    assert.equal(container(name).readonlyRootFilesystem, true);
    assert.deepEqual(container(name).linuxParameters.capabilities, { drop: ["ALL"] });
    assert.deepEqual(container(name).command, [name]);
  }
});

test("services depend on their listener, their policies and the capacity, and gateways on the database", async () => {
  const waits = (service: string) =>
    environment.one("aws:ecs/service:Service", service).dependencies.join("\n");
  for (const service of ["gateway", "admin", "stub"]) {
    assert.match(waits(service), /ClusterCapacityProviders/);
    assert.match(waits(service), new RegExp(`RolePolicy::${service}-execution`));
  }
  assert.match(waits("gateway"), /Listener::ingress[\s\S]*ClusterInstance::database-writer/);
  assert.match(waits("admin"), /ListenerRule::admin/);
  assert.match(waits("stub"), /Listener::upstream/);
});

test("no value of a secret is in a task definition", async () => {
  for (const { inputs } of environment.all("aws:ecs/taskDefinition:TaskDefinition")) {
    assert.ok(!inputs.containerDefinitions.includes("a-random-password"));
  }
});

test("every service runs the digest that the configuration names, on the processor that it was built for", async () => {
  const reference = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${environmentConfig.image}`;
  for (const service of ["gateway", "admin", "stub"]) {
    assert.equal(container(service).image, reference);
    const { runtimePlatform } = environment.one("aws:ecs/taskDefinition:TaskDefinition", service).inputs;
    assert.deepEqual(runtimePlatform, { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" });
  }
  assert.equal(environment.outputs.compute.image, reference);
  const image = `ghcr.io/example/gateway@${digest("0")}`;
  assert.equal((await deploy({ ...environmentConfig, image })).outputs.compute.image, image);
});

test("an image that ECR does not have is refused before the first resource", async () => {
  const image = `dmm-env/gateway@${digest("0")}`;
  await assert.rejects(deploy({ ...environmentConfig, image }), (error) => {
    assert.ok(error instanceof StackError && pulumi.RunError.isInstance(error));
    assert.equal(error.code, "DMM_STACKS_IMAGE_ABSENT");
    assert.match(error.message, /dkr\.ecr\.eu-west-1.*@sha256:0{64} cannot be deployed: .*ImageNotFound/);
    return true;
  });
});

for (const image of ["dmm-env/gateway:1.0.0", "dmm-env/gateway", `example.com:5000/gateway@${digest("0")}`])
  test(`the image ${image.slice(0, 24)} is refused: a tag may move, and only port 443 leads out`, async () => {
    await assert.rejects(deploy({ ...environmentConfig, image }), {
      code: "DMM_STACKS_CONFIGURATION_INVALID",
    });
  });

test("an image without a registry is taken from the account's own", async () => {
  const place = {
    accountId: "123456789012",
    region: "eu-west-1",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
  } as const;
  const zones = ["a", "b", "c"] as const;
  assert.deepEqual(locateImage(`dmm-env/gateway@${digest("1")}`, { ...place, zones }), {
    reference: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/dmm-env/gateway@${digest("1")}`,
    repositoryArn: "arn:aws:ecr:eu-west-1:123456789012:repository/dmm-env/gateway",
  });
  const elsewhere = `210987654321.dkr.ecr.eu-central-1.amazonaws.com/platform@${digest("0")}`;
  assert.deepEqual(locateImage(elsewhere, { ...place, zones }), {
    reference: elsewhere,
    repositoryArn: "arn:aws:ecr:eu-central-1:210987654321:repository/platform",
  });
  assert.deepEqual(locateImage(`ghcr.io/example/gateway@${digest("2")}`, { ...place, zones }), {
    reference: `ghcr.io/example/gateway@${digest("2")}`,
  });
});

test("every service gets its Region as a variable, which the ECS agent on EC2 does not set", async () => {
  for (const service of ["gateway", "admin", "stub"]) {
    const region = container(service).environment.filter((it: { name: string }) => it.name === "AWS_REGION");
    assert.deepEqual(region, [{ name: "AWS_REGION", value: "eu-west-1" }], service);
  }
});

test("every container has a limit of open files of its own", async () => {
  for (const service of ["gateway", "admin", "stub"])
    assert.deepEqual(container(service).ulimits, [{ name: "nofile", softLimit: 65536, hardLimit: 65536 }]);
});

test("instances run one release of Amazon's image, and a new one replaces them in turn", async () => {
  const { instanceRefresh } = environment.one("aws:autoscaling/group:Group", "instances").inputs;
  assert.equal(instanceRefresh.strategy, "Rolling");
  assert.equal(instanceRefresh.preferences.scaleInProtectedInstances, "Refresh");
  const recommended = "al2023-ami-ecs-hvm-recommended";
  await assert.rejects(deploy({ ...environmentConfig, instanceImage: recommended }), {
    code: "DMM_STACKS_CONFIGURATION_INVALID",
  });
});

test("every role has the permissions boundary of the configuration, and none without it", async () => {
  const permissionsBoundary = "arn:aws:iam::123456789012:policy/boundary";
  const bounded = (await deploy({ ...environmentConfig, permissionsBoundary })).all("aws:iam/role:Role");
  assert.ok(bounded.length >= 6);
  for (const { name, inputs } of bounded) assert.equal(inputs.permissionsBoundary, permissionsBoundary, name);
  for (const { name, inputs } of environment.all("aws:iam/role:Role"))
    assert.ok(!("permissionsBoundary" in inputs), name);
});

test("only the admin site has the password of the database's master user, and gateways are another user", async () => {
  const { inputs } = environment.one("aws:rds/cluster:Cluster", "database");
  assert.equal(inputs.masterUsername, "administrator");
  const value = (service: string, name: string) =>
    container(service).environment.find((it: { name: string }) => it.name === name)?.value;
  assert.equal(value("gateway", "DATABASE_USER"), "platform");
  assert.deepEqual(
    ["gateway", "admin", "stub"].map((service) => value(service, "DATABASE_ADMINISTRATOR")),
    [undefined, "administrator", undefined],
  );
});
