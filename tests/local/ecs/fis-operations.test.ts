import assert from "node:assert/strict";
import { basename } from "node:path";
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

const processName = basename(process.execPath);
let fixture: Fixture;
let service: Resource;
let fis: FisClient;

before(async () => {
  fixture = await openFixture();
  fis = new FisClient(fixture.client);
  service = await createService(fixture, await define(fixture), { desiredCount: 2 });
});
t.teardown(async () => {
  fis.destroy();
  await fixture[Symbol.asyncDispose]();
});

function livingTasks() {
  return schedulerOf(fixture.region, service.id)?.tasks.living ?? [];
}

function template(
  resourceArns: string[],
  more: Partial<CreateExperimentTemplateCommandInput> = {},
): CreateExperimentTemplateCommandInput {
  return {
    clientToken: "token",
    description: "kill a task",
    roleArn: "arn:aws:iam::123456789012:role/faults",
    stopConditions: [{ source: "none" }],
    targets: { one: { resourceType: "aws:ecs:task", resourceArns, selectionMode: "ALL" } },
    actions: {
      kill: {
        actionId: "aws:ecs:task-kill-process",
        parameters: { processName, signal: "SIGKILL" },
        targets: { Tasks: "one" },
      },
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

test("an experiment kills the process of the named task only, and the service replaces it", async () => {
  const [victim, other] = livingTasks();
  assert.ok(victim && other);
  const experiment = await start(template([victim.arn]));
  assert.equal(experiment?.state?.status, "completed");
  const { experiment: read } = await fis.send(new GetExperimentCommand({ id: experiment?.id }));
  assert.equal(read?.experimentTemplateId, experiment?.experimentTemplateId);
  await waitUntil("the end", () => victim.status === "STOPPED");
  assert.equal(victim.exitCode, 137);
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

test("an experiment on a task that is gone, or a process that it does not run, fails", async () => {
  const gone = await start(template(["arn:aws:ecs:eu-west-1:123456789012:task/t-main/0123"]));
  assert.equal(gone?.state?.status, "failed");
  assert.match(gone?.state?.reason ?? "", /empty set/);
  const [task] = livingTasks();
  const { actions, ...rest } = template([task?.arn ?? ""]);
  const kill = {
    ...actions?.kill,
    actionId: "aws:ecs:task-kill-process",
    parameters: { processName: "nginx" },
  };
  const other = await start({ ...rest, actions: { kill } });
  assert.match(other?.state?.reason ?? "", /runs no process nginx/);
  assert.equal(task?.status, "RUNNING");
});

const action = { actionId: "aws:ecs:task-kill-process", targets: { Tasks: "one" } };
const refusals: readonly (readonly [string, Partial<CreateExperimentTemplateCommandInput>, RegExp])[] = [
  [
    "another action",
    { actions: { a: { ...action, actionId: "aws:ec2:stop-instances" } } },
    /aws:ec2:stop-instances/,
  ],
  ["no process name", { actions: { a: action } }, /no parameter processName/],
  [
    "an unknown signal",
    { actions: { a: { ...action, parameters: { processName, signal: "SIGSEGV" } } } },
    /signal SIGSEGV/,
  ],
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
