import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { GetParameterCommand, GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { test } from "tap";
import { KeyRing } from "../../../local/access/credentials.ts";
import { registerTask, unregisterTask } from "../../../local/endpoint/tasks.ts";
import { openEndpoint, type StartedEndpoint } from "./started-endpoint.ts";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

async function startTask(started: StartedEndpoint, statements: readonly unknown[]) {
  const role = await started.create("aws:iam/role:Role", "task", { name: "task", assumeRolePolicy: trust });
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  await started.create("aws:iam/rolePolicy:RolePolicy", "task", { name: "task", role: "task", policy });
  const taskArn = `arn:aws:ecs:eu-west-1:${started.region.accountId}:task/main/0123`;
  return {
    taskArn,
    ...registerTask(started.region, {
      taskArn,
      roleArn: String(role.outputs.arn),
      address: "127.202.1.10",
      zone: "eu-west-1a",
      family: "gateway",
      cluster: "main",
    }),
  };
}

/** Each test has a separate endpoint at the same address, so no connection may outlive its response. */
function read(uri: string | undefined): Promise<Response> {
  return fetch(uri ?? "", { headers: { connection: "close" } });
}

/** Settings of a client inside the task: it finds its credentials automatically, as in a container on AWS. */
async function readTaskCredentials(uri: string | undefined) {
  const response = await read(uri);
  assert.equal(response.status, 200);
  const found = (await response.json()) as { AccessKeyId: string; SecretAccessKey: string; Token: string };
  return {
    accessKeyId: found.AccessKeyId,
    secretAccessKey: found.SecretAccessKey,
    sessionToken: found.Token,
  };
}

test("the operator has a separate key, which is kept over a restart for its owner only", async () => {
  await using started = await openEndpoint();
  const identity = await new STSClient(started.client).send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Arn, `arn:aws:iam::${started.region.accountId}:user/operator`);
  assert.deepEqual(new KeyRing(started.region.directory).operator, started.keys.operator);
  assert.equal(statSync(join(started.region.directory, "operator.json")).mode & 0o777, 0o600);
});

test("an unknown key, a wrong secret and a missing signature are refused", async () => {
  await using started = await openEndpoint();
  const call = (credentials: typeof started.client.credentials) =>
    new STSClient({ ...started.client, credentials }).send(new GetCallerIdentityCommand({}));
  const { accessKeyId } = started.keys.operator;
  await assert.rejects(call({ accessKeyId: "LKIAUNKNOWN", secretAccessKey: "x" }), {
    name: "InvalidClientTokenId",
  });
  await assert.rejects(call({ accessKeyId, secretAccessKey: "x" }), { name: "SignatureDoesNotMatch" });
  assert.equal(
    (await fetch(started.region.endpoint, { method: "POST", headers: { connection: "close" } })).status,
    403,
  );
});

test("a task finds its credentials and its metadata, and has its role", async () => {
  await using started = await openEndpoint();
  const task = await startTask(started, [{ Effect: "Allow", Action: "ssm:*", Resource: "*" }]);
  const credentials = await readTaskCredentials(task.credentialsUri);
  const identity = await new STSClient({ ...started.client, credentials }).send(
    new GetCallerIdentityCommand({}),
  );
  assert.match(identity.Arn ?? "", /assumed-role\/task\/0123$/);
  const container = (await (await read(task.metadataUri)).json()) as {
    Networks: { IPv4Addresses: string[] }[];
  };
  assert.deepEqual(container.Networks[0]?.IPv4Addresses, ["127.202.1.10"]);
  const described = (await (await read(`${task.metadataUri}/task`)).json()) as Record<string, unknown>;
  assert.equal(described.TaskARN, task.taskArn);
  assert.equal(described.AvailabilityZone, "eu-west-1a");
});

test("credentials without their session token are refused", async () => {
  await using started = await openEndpoint();
  const task = await startTask(started, [{ Effect: "Allow", Action: "ssm:*", Resource: "*" }]);
  const { accessKeyId, secretAccessKey } = await readTaskCredentials(task.credentialsUri);
  const client = new STSClient({ ...started.client, credentials: { accessKeyId, secretAccessKey } });
  await assert.rejects(client.send(new GetCallerIdentityCommand({})), { name: "InvalidClientTokenId" });
});

test("a task that has ended has neither credentials nor metadata", async () => {
  await using started = await openEndpoint();
  const task = await startTask(started, [{ Effect: "Allow", Action: "ssm:*", Resource: "*" }]);
  const credentials = await readTaskCredentials(task.credentialsUri);
  unregisterTask(started.region, task.taskArn);
  const client = new STSClient({ ...started.client, credentials });
  await assert.rejects(client.send(new GetCallerIdentityCommand({})), { name: "InvalidClientTokenId" });
  assert.equal((await read(task.metadataUri)).status, 404);
  assert.equal((await read(task.credentialsUri)).status, 404);
});

test("a task has the permissions of its role's policies, on the named resources only", async () => {
  await using started = await openEndpoint();
  const { accountId } = started.region;
  const own = `arn:aws:ssm:eu-west-1:${accountId}:parameter/own/*`;
  const task = await startTask(started, [
    { Effect: "Allow", Action: ["ssm:GetParameter"], Resource: own },
    { Effect: "Deny", Action: "ssm:*", Resource: `${own.slice(0, -1)}denied` },
  ]);
  for (const name of ["/own/a", "/own/denied", "/other/a"]) {
    await started.create("aws:ssm/parameter:Parameter", name, { name, type: "String", value: name });
  }
  const client = new SSMClient({
    ...started.client,
    credentials: await readTaskCredentials(task.credentialsUri),
  });
  const response = await client.send(new GetParameterCommand({ Name: "/own/a" }));
  assert.equal(response.Parameter?.Value, "/own/a");
  const denied = { name: "AccessDeniedException", message: /assumed-role\/task\/0123.*ssm:GetParameter/ };
  await assert.rejects(client.send(new GetParameterCommand({ Name: "/own/denied" })), denied);
  await assert.rejects(client.send(new GetParameterCommand({ Name: "/other/a" })), denied);
  await assert.rejects(client.send(new GetParametersCommand({ Names: ["/own/a"] })), denied);
});

test("a secret is decrypted only for a role that may use its key for this parameter", async () => {
  await using started = await openEndpoint();
  const key = await started.create("aws:kms/key:Key", "key", {});
  const parameter = await started.create("aws:ssm/parameter:Parameter", "p", {
    name: "/own/secret",
    type: "SecureString",
    keyId: String(key.outputs.arn),
    value: "open sesame",
  });
  const allowSsm = { Effect: "Allow", Action: "ssm:GetParameters", Resource: "*" };
  const task = await startTask(started, [allowSsm]);
  const client = new SSMClient({
    ...started.client,
    credentials: await readTaskCredentials(task.credentialsUri),
  });
  const read = () => client.send(new GetParametersCommand({ Names: ["/own/secret"], WithDecryption: true }));
  await assert.rejects(read(), { name: "AccessDeniedException", message: /kms:Decrypt/ });
  const condition = { StringEquals: { "kms:EncryptionContext:PARAMETER_ARN": [parameter.outputs.arn] } };
  const allowKey = {
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: key.outputs.arn,
    Condition: condition,
  };
  await started.create("aws:iam/rolePolicy:RolePolicy", "key", {
    name: "key",
    role: "task",
    policy: JSON.stringify({ Version: "2012-10-17", Statement: [allowKey] }),
  });
  assert.equal((await read()).Parameters?.[0]?.Value, "open sesame");
});

test("a policy that the region cannot evaluate is refused by name at creation", async () => {
  await using started = await openEndpoint();
  await started.create("aws:iam/role:Role", "r", { name: "r", assumeRolePolicy: trust });
  for (const [extra, named] of [
    [{ Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }, /IpAddress/],
    [{ Condition: { StringEquals: { "aws:PrincipalTag/a": "b" } } }, /aws:PrincipalTag\/a/],
    [{ NotAction: "s3:*" }, /NotAction/],
  ] as const) {
    const statement = { Effect: "Allow", Action: "*", Resource: "*", ...extra };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await assert.rejects(
      started.create("aws:iam/rolePolicy:RolePolicy", "p", { name: "p", role: "r", policy }),
      {
        code: "MalformedPolicyDocument",
        message: named,
      },
    );
  }
});
