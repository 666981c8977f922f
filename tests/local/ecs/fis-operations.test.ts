import assert from "node:assert/strict";
import {
  CreateExperimentTemplateCommand,
  type CreateExperimentTemplateCommandInput,
  DeleteExperimentTemplateCommand,
  FisClient,
  GetExperimentCommand,
  GetExperimentTemplateCommand,
  StartExperimentCommand,
} from "@aws-sdk/client-fis";
import { before, t, test } from "tap";
import { schedulerOf } from "../../../local/ecs/running.ts";
import type { Resource } from "../../../local/resource.ts";
import { waitUntil } from "../../wait-until.ts";
import { type Fixture, openFixture } from "./fixtures.ts";
import { ask, createService, define } from "./services.ts";

let fixture: Fixture;
let service: Resource;
let fis: FisClient;
let faults: string;

before(async () => {
  fixture = await openFixture();
  fis = new FisClient(fixture.client);
  faults = await makeRole("faults", ["ecs:DescribeTasks", "ecs:StopTask"]);
  service = await createService(fixture, await define(fixture), { desiredCount: 2 });
});
t.teardown(async () => {
  fis.destroy();
  await fixture[Symbol.asyncDispose]();
});

/** A role that FIS may assume, and what it may do to tasks. */
async function makeRole(name: string, actions: readonly string[], service = "fis.amazonaws.com") {
  const Condition = { StringEquals: { "aws:SourceAccount": fixture.region.accountId } };
  const trust = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole", Condition };
  const role = await fixture.make("aws:iam/role:Role", {
    name,
    assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
  });
  const statement = { Effect: "Allow", Action: actions, Resource: "arn:aws:ecs:*:*:task/t-main/*" };
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await fixture.make("aws:iam/rolePolicy:RolePolicy", { name, role: name, policy });
  return String(role.outputs.arn);
}

function livingTasks() {
  return schedulerOf(fixture.region, service.id)?.tasks.living ?? [];
}

function template(
  resourceArns: string[],
  more: Partial<CreateExperimentTemplateCommandInput> = {},
): CreateExperimentTemplateCommandInput {
  return {
    clientToken: "token",
    description: "stop a task",
    roleArn: faults,
    stopConditions: [{ source: "none" }],
    targets: { one: { resourceType: "aws:ecs:task", resourceArns, selectionMode: "ALL" } },
    actions: {
      stop: { actionId: "aws:ecs:stop-task", targets: { Tasks: "one" } },
    },
    tags: { purpose: "test" },
    ...more,
  };
}

async function start(input: CreateExperimentTemplateCommandInput) {
  const { experimentTemplate } = await fis.send(new CreateExperimentTemplateCommand(input));
  const id = experimentTemplate?.id ?? "";
  const { experiment } = await fis.send(
    new StartExperimentCommand({ clientToken: "token", experimentTemplateId: id }),
  );
  await fis.send(new DeleteExperimentTemplateCommand({ id }));
  await assert.rejects(fis.send(new GetExperimentTemplateCommand({ id })), {
    name: "ResourceNotFoundException",
  });
  return experiment;
}

test("an experiment stops the named task only, as StopTask does, and the service replaces it", async () => {
  const [victim, other] = livingTasks();
  assert.ok(victim && other);
  const experiment = await start(template([victim.arn]));
  assert.equal(experiment?.state?.status, "completed");
  const { experiment: read } = await fis.send(new GetExperimentCommand({ id: experiment?.id }));
  assert.equal(read?.experimentTemplateId, experiment?.experimentTemplateId);
  await waitUntil("the end", () => victim.status === "STOPPED");
  assert.equal(victim.stopCode, "UserInitiated");
  await waitUntil("two healthy tasks", () => {
    const living = livingTasks();
    return living.length === 2 && living.every(({ proven }) => proven);
  });
  assert.ok(livingTasks().includes(other), "the other task still lives");
  assert.equal((await ask(fixture)).status, 200);
});

test("of several tasks the selected number is hit", async () => {
  const before = [...livingTasks()];
  const experiment = await start(
    template([], {
      targets: {
        one: {
          resourceType: "aws:ecs:task",
          resourceArns: before.map(({ arn }) => arn),
          selectionMode: "COUNT(1)",
        },
      },
    }),
  );
  assert.equal(experiment?.state?.status, "completed");
  await waitUntil("one end", () => before.filter(({ status }) => status === "STOPPED").length === 1);
  await waitUntil("two healthy tasks", () => livingTasks().filter(({ proven }) => proven).length === 2);
});

test("an experiment on a task that is gone fails", async () => {
  const gone = await start(template(["arn:aws:ecs:eu-west-1:123456789012:task/t-main/0123"]));
  assert.equal(gone?.state?.status, "failed");
  assert.match(gone?.state?.reason ?? "", /empty set/);
});

const roles = [
  { title: "that does not exist", make: async () => `${faults}-absent`, reason: /Unable to assume role/ },
  {
    title: "of another service",
    make: () => makeRole("tasks", ["ecs:*"], "ecs-tasks.amazonaws.com"),
    reason: /Unable to assume role/,
  },
  {
    title: "that may not stop tasks",
    make: () => makeRole("reader", ["ecs:DescribeTasks"]),
    reason: /not authorized to perform ecs:StopTask/,
  },
];

for (const { title, make, reason } of roles)
  test(`an experiment with a role ${title} fails and stops nothing`, async () => {
    const [task] = livingTasks();
    const experiment = await start({ ...template([task?.arn ?? ""]), roleArn: await make() });
    assert.equal(experiment?.state?.status, "failed");
    assert.match(experiment?.state?.reason ?? "", reason);
    assert.equal(task?.status, "RUNNING");
  });

const action = { actionId: "aws:ecs:stop-task", targets: { Tasks: "one" } };
const refusals: readonly (readonly [string, Partial<CreateExperimentTemplateCommandInput>, RegExp])[] = [
  [
    "another action",
    { actions: { a: { ...action, actionId: "aws:ec2:stop-instances" } } },
    /aws:ec2:stop-instances/,
  ],
  [
    "an action inside a task, which has no SSM agent",
    { actions: { a: { ...action, actionId: "aws:ecs:task-kill-process" } } },
    /aws:ecs:task-kill-process; it needs an SSM agent/,
  ],
  ["a parameter", { actions: { a: { ...action, parameters: { signal: "SIGKILL" } } } }, /has no parameters/],
  ["an order of actions", { actions: { a: { ...action, startAfter: ["b"] } } }, /startAfter/],
  ["a target that is not there", { targets: {} }, /does not define/],
  [
    "a selection by tags",
    { targets: { one: { resourceType: "aws:ecs:task", resourceTags: { a: "b" }, selectionMode: "ALL" } } },
    /resourceTags/,
  ],
  ["an alarm as stop condition", { stopConditions: [{ source: "aws:cloudwatch:alarm" }] }, /alarm/],
];

for (const [what, more, message] of refusals) {
  test(`a template with ${what} is refused by name`, async () => {
    const refused = fis.send(
      new CreateExperimentTemplateCommand(template(["arn:aws:ecs:eu-west-1:123456789012:task/x"], more)),
    );
    await assert.rejects(refused, { name: "ValidationException", message });
  });
}
