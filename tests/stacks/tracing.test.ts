import assert from "node:assert/strict";
import { test } from "tap";
import { ConfigError, parseConfig } from "../../stacks/config/config.ts";
import { type Deployed, deploy, environmentConfig, productionConfig } from "./deployed.ts";

const egress = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const parameterArn = "arn:aws:mock:eu-west-1:123456789012:trace-headers";

const traced = (more: Readonly<Record<string, string>>) => deploy({ ...environmentConfig, ...more });

function container({ one }: Deployed, service = "gateway") {
  const { inputs } = one("aws:ecs/taskDefinition:TaskDefinition", service);
  const [only] = JSON.parse(inputs.containerDefinitions);
  return only as {
    readonly environment: readonly { name: string; value: string }[];
    readonly secrets: readonly { name: string; valueFrom: string }[];
  };
}

function traceVariables(deployed: Deployed, service = "gateway"): Record<string, string> {
  const variables = container(deployed, service).environment.filter(({ name }) => /^OTEL_|TRACE/.test(name));
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}

/** Outbound flows of the gateways besides the AWS APIs and the private connection. */
function waysToCollector({ all }: Deployed): string[] {
  return all(egress)
    .filter(({ inputs }) => inputs.description === "Collector of traces")
    .map(({ inputs }) => {
      assert.equal(inputs.securityGroupId, "gateway-id");
      assert.equal(inputs.ipProtocol, "tcp");
      assert.equal(inputs.fromPort, inputs.toPort);
      return `${inputs.cidrIpv4} ${inputs.toPort}`;
    });
}

function problemsOf(config: Readonly<Record<string, string>>): readonly string[] {
  const entries = Object.entries({ ...environmentConfig, ...config });
  try {
    parseConfig(Object.fromEntries(entries.map(([key, value]) => [`dmm-env:${key}`, value])));
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(({ message }) => message);
  }
}

test("without a collector nothing is traced: no variable, no secret, no outbound rule", async () => {
  for (const config of [environmentConfig, productionConfig]) {
    const deployed = await deploy(config);
    assert.deepEqual(traceVariables(deployed), {});
    assert.deepEqual(waysToCollector(deployed), []);
    assert.ok(!container(deployed).secrets.some(({ name }) => name.startsWith("OTEL_")));
    assert.ok(!deployed.all("aws:ssm/parameter:Parameter").some(({ name }) => name === "trace-headers"));
  }
});

test("with a collector only the gateways are configured with it and their share", async () => {
  const deployed = await traced({ traceEndpoint: "http://collector.example.com:4318", traceRatio: "0.25" });
  assert.deepEqual(traceVariables(deployed), {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.example.com:4318",
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0.25",
  });
  for (const service of ["admin", "stub"]) assert.deepEqual(traceVariables(deployed, service), {});
});

test("the gateways may connect to the collector and no further", async () => {
  const ways = async (config: Readonly<Record<string, string>>) => waysToCollector(await traced(config));
  // The port of the AWS APIs is open to every address already.
  assert.deepEqual(await ways({ traceEndpoint: "https://otlp.example.com/otlp" }), []);
  assert.deepEqual(await ways({ traceEndpoint: "http://collector.internal:4318" }), ["10.23.0.0/16 4318"]);
  assert.deepEqual(await ways({ traceEndpoint: "http://collector.internal" }), ["10.23.0.0/16 80"]);
  assert.deepEqual(await ways({ traceEndpoint: "http://10.9.8.7:4318" }), ["10.9.8.7/32 4318"]);
  assert.deepEqual(await ways({ traceEndpoint: "http://127.0.0.1:4318" }), []);
  assert.deepEqual(
    await ways({
      traceEndpoint: "https://collector.example.com:4318",
      traceNetworks: "172.20.8.0/24, 198.51.100.7/32",
    }),
    ["172.20.8.0/24 4318", "198.51.100.7/32 4318"],
  );
});

test("a collector's key is a secret under the environment's key, and is nowhere in clear text", async () => {
  const deployed = await traced({ traceEndpoint: "https://otlp.example.com", traceHeader: "x-api-key" });
  const parameter = deployed.one("aws:ssm/parameter:Parameter", "trace-headers");
  assert.equal(parameter.inputs.type, "SecureString");
  assert.equal(parameter.inputs.keyId, "key-1");
  assert.equal(parameter.inputs.name, "/dmm-env/feature-x/trace-headers");
  assert.ok(parameter.secrets.includes("value"));
  assert.match(parameter.inputs.value, /^x-api-key=./);
  assert.deepEqual(parameter.ignoreChanges, ["value"]);
  assert.deepEqual(
    container(deployed).secrets.find(({ name }) => name === "OTEL_EXPORTER_OTLP_HEADERS"),
    { name: "OTEL_EXPORTER_OTLP_HEADERS", valueFrom: parameterArn },
  );
  assert.ok(!("OTEL_EXPORTER_OTLP_HEADERS" in traceVariables(deployed)));
  const { inputs } = deployed.one("aws:iam/rolePolicy:RolePolicy", "gateway-execution");
  const statements: { Action: string; Resource: string[]; Condition?: unknown }[] = JSON.parse(
    inputs.policy,
  ).Statement;
  assert.ok(statements.find(({ Action }) => Action === "ssm:GetParameters")?.Resource.includes(parameterArn));
  const decrypt = statements.find(({ Action }) => Action === "kms:Decrypt");
  assert.ok(JSON.stringify(decrypt?.Condition).includes(parameterArn));
});

test("addresses that would reveal a key, or lead nowhere, are refused", async () => {
  for (const traceEndpoint of [
    "collector:4318",
    "grpc://collector:4317",
    "http://user:key@collector:4318",
    "https://collector/?api-key=1",
    "https://collector/#x",
    "http://[fd00::1]:4318",
    "http://collector:99999",
    "http://",
    "https://collector.example.com /v1",
  ]) {
    const [problem, ...others] = problemsOf({ traceEndpoint });
    assert.deepEqual(others, [], traceEndpoint);
    assert.match(problem ?? "", /^dmm-env:traceEndpoint is ".*"; it must be an http or https address/);
  }
});

test("shares above 1, networks of everyone and invalid header names are refused together", async () => {
  const problems = problemsOf({
    traceEndpoint: "https://otlp.example.com",
    traceRatio: "1.5",
    traceNetworks: "0.0.0.0/0",
    traceHeader: "X-Api-Key: secret",
  });
  assert.deepEqual(
    problems.map((problem) => problem.split(" ")[0]),
    ["dmm-env:traceRatio", "dmm-env:traceNetworks", "dmm-env:traceHeader"],
  );
  for (const traceRatio of ["-0.1", "1e-2", "0,5", "50%", ".5", "1.01", ""])
    assert.equal(problemsOf({ traceRatio }).length, 1, traceRatio);
  for (const traceRatio of ["0", "1", "0.001", "1.0"]) assert.deepEqual(problemsOf({ traceRatio }), []);
});

test("a key is not sent over an unencrypted connection, and settings that need a collector are refused without one", async () => {
  assert.deepEqual(
    problemsOf({ traceEndpoint: "http://collector.internal:4318", traceHeader: "x-api-key" }),
    ["dmm-env:traceEndpoint is http://collector.internal:4318; with dmm-env:traceHeader it must be https."],
  );
  assert.deepEqual(problemsOf({ traceHeader: "x-api-key", traceNetworks: "10.0.0.0/8" }), [
    "dmm-env:traceNetworks has no effect: set dmm-env:traceEndpoint as well.",
    "dmm-env:traceHeader has no effect: set dmm-env:traceEndpoint as well.",
  ]);
});

test("an environment traces as production does", async () => {
  const more = { traceEndpoint: "https://otlp.example.com:4318", traceHeader: "x-api-key" };
  const [environment, production] = [await traced(more), await deploy({ ...productionConfig, ...more })];
  assert.deepEqual(traceVariables(environment), traceVariables(production));
  assert.deepEqual(waysToCollector(environment), ["10.23.0.0/16 4318"]);
  assert.deepEqual(waysToCollector(production), ["10.0.0.0/16 4318"]);
});
