import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, before, t, test } from "tap";
import { addedVariables } from "../../../local/ecs/task-environment.ts";
import type { Properties, Resource } from "../../../local/resource.ts";
import { type Fixture, openFixture } from "./fixtures.ts";
import { ask, createService, define, removeServices, taskProcesses } from "./services.ts";

const secret = 'w0rd "with" quotes/+';
let fixture: Fixture;
let execution: Resource;
let parameter: Resource;

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

async function makeRole(name: string, statements: readonly Record<string, unknown>[]): Promise<Resource> {
  const role = await fixture.make("aws:iam/role:Role", { name, assumeRolePolicy: trust });
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  await fixture.make("aws:iam/rolePolicy:RolePolicy", { name, role: name, policy });
  return role;
}

before(async () => {
  fixture = await openFixture();
  const key = await fixture.make("aws:kms/key:Key", { description: "main", deletionWindowInDays: 7 });
  parameter = await fixture.make("aws:ssm/parameter:Parameter", {
    name: "/t/password",
    type: "SecureString",
    keyId: key.id,
    value: secret,
  });
  execution = await makeRole("t-execution", [
    { Effect: "Allow", Action: "ssm:GetParameters", Resource: parameter.outputs.arn },
    { Effect: "Allow", Action: "kms:Decrypt", Resource: key.outputs.arn },
  ]);
});
afterEach(() => removeServices(fixture));
t.teardown(() => fixture[Symbol.asyncDispose]());

function rolesOf(role: Resource, more: Properties = {}): Properties {
  return { executionRoleArn: String(role.outputs.arn), ...more };
}

test("a task's environment is its image's, its definition's, its secrets and what the ECS agent adds, nothing else", async () => {
  const task = await makeRole("t-task", [
    { Effect: "Allow", Action: "sts:GetCallerIdentity", Resource: "*" },
  ]);
  const definition = await define(
    fixture,
    { environment: { VERSION: "7" }, secrets: { PASSWORD: String(parameter.outputs.arn) } },
    rolesOf(execution, { taskRoleArn: String(task.outputs.arn) }),
  );
  const service = await createService(fixture, definition);
  const [name = ""] = taskProcesses(fixture);
  const { HABITS, ...body } = environmentOf(Number(fixture.region.supervisor.get(name)?.pid));
  const { ECS_CONTAINER_METADATA_URI_V4, AWS_CONTAINER_CREDENTIALS_FULL_URI, HOME, TMPDIR, ...rest } = body;
  assert.deepEqual(rest, {
    DECLARED: "by the image",
    VERSION: "7",
    PASSWORD: secret,
    AWS_ENDPOINT_URL: fixture.region.endpoint,
    PATH: process.env.PATH,
    LANG: "C.UTF-8",
    TZ: "UTC",
  });
  const added = Object.keys(body).filter((key) => !["DECLARED", "VERSION", "PASSWORD"].includes(key));
  assert.deepEqual(added.sort(), Object.keys(addedVariables).sort());
  assert.match(HABITS ?? "", /\/images\/[0-9a-f]{64}\/ecs\/image\.mjs$/);
  assert.ok(HOME?.startsWith(fixture.region.directory) && TMPDIR?.startsWith(HOME));
  const metadata = await (await fetch(`${ECS_CONTAINER_METADATA_URI_V4}/task`)).json();
  assert.match(String((metadata as Record<string, string>).TaskARN), /:task\/t-main\/[0-9a-f]{32}$/);
  const given = (await (await fetch(AWS_CONTAINER_CREDENTIALS_FULL_URI ?? "")).json()) as Record<
    string,
    string
  >;
  const sts = new STSClient({
    ...fixture.client,
    credentials: {
      accessKeyId: given.AccessKeyId ?? "",
      secretAccessKey: given.SecretAccessKey ?? "",
      sessionToken: given.Token ?? "",
    },
  });
  const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
  assert.match(String(Arn), /assumed-role\/t-task\//);
  await fixture.remove(service);
  const gone = await fetch(AWS_CONTAINER_CREDENTIALS_FULL_URI ?? "");
  assert.equal(gone.status, 404, "credentials end with their task");
});

/** As the kernel has it: what the process was started with. */
function environmentOf(pid: number): Record<string, string> {
  const entries = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter(Boolean);
  return Object.fromEntries(entries.map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
}

test("a secret is in no argument and in no file of the region", async () => {
  const secrets = { PASSWORD: "/t/password" };
  await createService(fixture, await define(fixture, { secrets }, rolesOf(execution)));
  assert.equal((await ask(fixture, "/environment")).body.PASSWORD, secret);
  const [name = ""] = taskProcesses(fixture);
  const pid = fixture.region.supervisor.get(name)?.pid;
  assert.doesNotMatch(readFileSync(`/proc/${pid}/cmdline`, "utf8"), /w0rd/);
  for (const file of ["resources.jsonl", "ledger.jsonl", "addresses.json", join("logs", "region.log")])
    assert.doesNotMatch(readFileSync(join(fixture.region.directory, file), "utf8"), /w0rd/);
});

test("a task that prints its environment and fails does not reveal its secrets in the error", async () => {
  const definition = await define(
    fixture,
    { environment: { FAIL_WITH: "cannot continue:" }, secrets: { PASSWORD: "/t/password" } },
    rolesOf(execution),
  );
  await assert.rejects(createService(fixture, definition), (error: Error) => {
    assert.match(error.message, /circuit breaker.*exit code 3[\s\S]*cannot continue:/);
    assert.match(error.message, /"PASSWORD":"\*\*\*"/);
    assert.doesNotMatch(error.message, /w0rd/);
    return true;
  });
  assert.doesNotMatch(readFileSync(join(fixture.region.directory, "logs", "region.log"), "utf8"), /w0rd/);
  assert.deepEqual(taskProcesses(fixture), []);
});

const refusals = [
  {
    why: "a role that may not read the secret",
    roles: async () =>
      rolesOf(await makeRole("t-none", [{ Effect: "Allow", Action: "logs:PutLogEvents", Resource: "*" }])),
    message: /ResourceInitializationError.*AccessDeniedException.*t-none.*ssm:GetParameters/,
  },
  {
    why: "a role that may not decrypt it",
    roles: async () =>
      rolesOf(
        await makeRole("t-sealed", [
          { Effect: "Allow", Action: "ssm:GetParameters", Resource: parameter.outputs.arn },
        ]),
      ),
    message: /ResourceInitializationError.*AccessDenied/,
  },
  {
    why: "no execution role",
    roles: async () => ({}),
    message: /ResourceInitializationError.*no execution role/,
  },
];

for (const { why, roles, message } of refusals) {
  test(`a task with secrets does not start with ${why}`, async () => {
    const secrets = { PASSWORD: String(parameter.outputs.arn) };
    const definition = await define(fixture, { secrets }, await roles());
    await assert.rejects(createService(fixture, definition), { code: "DMM_LOCAL_SERVICE_UNSTEADY", message });
  });
}

test("a missing secret, image, program or content is named", async () => {
  const reader = await makeRole("t-reader", [
    { Effect: "Allow", Action: "ssm:GetParameters", Resource: "*" },
  ]);
  const absent = await define(fixture, { secrets: { A: "/t/absent" } }, rolesOf(reader));
  await assert.rejects(createService(fixture, absent), { message: /invalid parameters: \/t\/absent/ });
  const unknown = await define(fixture, { image: "example.com/other/image@sha256:00" });
  await assert.rejects(createService(fixture, unknown), {
    message: /CannotPullContainerError: Image example\.com\/other\/image.*unknown/,
  });
  const broken = await define(fixture, { image: "test/absent" });
  await assert.rejects(createService(fixture, broken), {
    message: /\/nonexistent\/program could not be started/,
  });
  const unreadable = await define(fixture, { image: "test/unreadable" });
  await assert.rejects(createService(fixture, unreadable), {
    message: /CannotPullContainerError: .*nothing-here/,
  });
});
