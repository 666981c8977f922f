import assert from "node:assert/strict";
import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServicesCommand,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateServiceCommand,
  waitUntilServicesStable,
  waitUntilTasksStopped,
} from "@aws-sdk/client-ecs";
import { afterEach, before, t, test } from "tap";
import { waitUntil } from "../../wait-until.ts";
import { type Fixture, openFixture } from "./fixtures.ts";
import { ask, createService, define, removeServices, waitForTasks } from "./services.ts";

const [cluster, name] = ["t-main", "t-main"];
let fixture: Fixture;
let ecs: ECSClient;

before(async () => {
  fixture = await openFixture();
  ecs = new ECSClient(fixture.client);
});
afterEach(() => removeServices(fixture));
t.teardown(async () => {
  ecs.destroy();
  await fixture[Symbol.asyncDispose]();
});

async function readService() {
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [name] }));
  const [service] = services;
  assert.ok(service);
  return service;
}

async function readTasks() {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: name }));
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  return tasks;
}

/** Like a client's wait: nothing else is known of the service. */
async function waitUntilStable(): Promise<void> {
  await waitUntilServicesStable(
    { client: ecs, maxWaitTime: 20, minDelay: 1, maxDelay: 1 },
    { cluster, services: [name] },
  );
}

test("a service is described with counts of running processes and one completed deployment", async () => {
  const definition = await define(fixture);
  const made = await createService(fixture, definition, { desiredCount: 2 });
  const service = await readService();
  const { serviceArn, status, desiredCount, runningCount, pendingCount, taskDefinition } = service;
  assert.deepEqual(
    { serviceArn, status, desiredCount, runningCount, pendingCount, taskDefinition },
    {
      serviceArn: made.id,
      status: "ACTIVE",
      desiredCount: 2,
      runningCount: 2,
      pendingCount: 0,
      taskDefinition: definition.id,
    },
  );
  const [deployment, ...others] = service.deployments ?? [];
  assert.deepEqual([deployment?.status, deployment?.rolloutState, others], ["PRIMARY", "COMPLETED", []]);
  assert.match(service.events?.[0]?.message ?? "", /has reached a steady state/);
  const { serviceArns } = await ecs.send(new ListServicesCommand({ cluster }));
  assert.deepEqual(serviceArns, [made.id]);
  const { clusters } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
  assert.deepEqual([clusters?.[0]?.runningTasksCount, clusters?.[0]?.activeServicesCount], [2, 1]);
});

test("a running task reports its zone, its address and its process", async () => {
  await createService(fixture, await define(fixture));
  const [task] = await readTasks();
  assert.equal(task?.lastStatus, "RUNNING");
  assert.equal(task?.healthStatus, "HEALTHY");
  assert.equal(task?.availabilityZone, "eu-west-1a");
  const address = task?.attachments?.[0]?.details?.find((detail) => detail.name === "privateIPv4Address");
  assert.equal(address?.value, (await ask(fixture)).body.address);
  const pid = Number(task?.containers?.[0]?.runtimeId);
  assert.doesNotThrow(() => process.kill(pid, 0));
});

test("a task definition is returned as registered", async () => {
  const { id, inputs } = await define(fixture);
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: id }));
  assert.equal(taskDefinition?.taskDefinitionArn, id);
  assert.deepEqual(taskDefinition?.containerDefinitions, JSON.parse(String(inputs.containerDefinitions)));
  await assert.rejects(ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "other:1" })), {
    name: "ClientException",
  });
});

test("a stopped task reports who stopped it and why, and is replaced", async () => {
  await createService(fixture, await define(fixture));
  const [task] = await readTasks();
  const stopped = await ecs.send(
    new StopTaskCommand({ cluster, task: task?.taskArn, reason: "an experiment" }),
  );
  assert.equal(stopped.task?.desiredStatus, "STOPPED");
  assert.equal(stopped.task?.lastStatus, "DEACTIVATING");
  const arn = task?.taskArn ?? "";
  await waitUntilTasksStopped(
    { client: ecs, maxWaitTime: 10, minDelay: 1, maxDelay: 1 },
    { cluster, tasks: [arn] },
  );
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
  assert.equal(tasks?.[0]?.stopCode, "UserInitiated");
  assert.equal(tasks?.[0]?.stoppedReason, "an experiment");
  await waitUntilStable();
  const [next] = await readTasks();
  assert.notEqual(next?.taskArn, arn);
  const ended = await ecs.send(new ListTasksCommand({ cluster, desiredStatus: "STOPPED" }));
  assert.ok(ended.taskArns?.includes(arn));
  await assert.doesNotReject(ecs.send(new StopTaskCommand({ cluster, task: arn })), "asked again it is fine");
});

test("a task that crashed keeps its exit code", async () => {
  await createService(fixture, await define(fixture));
  const [task] = await readTasks();
  await ask(fixture, "/crash").catch(() => undefined);
  await waitUntil("the end of the task", async () => {
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task?.taskArn ?? ""] }));
    const [seen] = tasks ?? [];
    if (seen?.lastStatus !== "STOPPED") return false;
    assert.equal(seen.stopCode, "EssentialContainerExited");
    assert.equal(seen.containers?.[0]?.exitCode, 9);
    return true;
  });
});

test("a changed count and definition are reached, and kept over a restart of the region", async () => {
  await createService(fixture, await define(fixture));
  const next = await define(fixture, { environment: { VERSION: "2" } });
  const { service } = await ecs.send(
    new UpdateServiceCommand({ cluster, service: name, desiredCount: 2, taskDefinition: next.id }),
  );
  assert.equal(service?.desiredCount, 2);
  await waitUntilStable();
  await fixture.restart();
  assert.equal((await ask(fixture)).body.version, "2");
  const restored = await readService();
  assert.deepEqual([restored.runningCount, restored.taskDefinition], [2, next.id]);
});

test("a failed update is rolled back, in the stored plan as well", async () => {
  const first = await define(fixture);
  await createService(fixture, first);
  const bad = await define(fixture, { environment: { FAIL_WITH: "no" } });
  await ecs.send(new UpdateServiceCommand({ cluster, service: name, taskDefinition: bad.id }));
  await waitUntil("the way back", async () => (await readService()).taskDefinition === first.id);
  await waitUntilStable();
  const messages = (await readService()).events?.map(({ message }) => message ?? "") ?? [];
  assert.ok(messages.some((message) => /deployment failed: tasks failed to start/.test(message)));
  await fixture.restart();
  assert.equal((await readService()).taskDefinition, first.id);
});

test("a service with count 0 is stable without a task", async () => {
  await createService(fixture, await define(fixture), { desiredCount: 2 });
  await ecs.send(new UpdateServiceCommand({ cluster, service: name, desiredCount: 0 }));
  await waitUntilStable();
  await waitForTasks(fixture, 0);
});

test("what does not exist is missing or refused with the API's own errors", async () => {
  const described = await ecs.send(new DescribeServicesCommand({ cluster, services: ["other"] }));
  assert.deepEqual(described.failures, [{ arn: "other", reason: "MISSING" }]);
  const tasks = await ecs.send(new DescribeTasksCommand({ cluster, tasks: ["0123"] }));
  assert.deepEqual(tasks.failures, [{ arn: "0123", reason: "MISSING" }]);
  await assert.rejects(ecs.send(new ListServicesCommand({ cluster: "other" })), {
    name: "ClusterNotFoundException",
  });
  await assert.rejects(ecs.send(new ListTasksCommand({ cluster, serviceName: "other" })), {
    name: "ServiceNotFoundException",
  });
  await assert.rejects(ecs.send(new StopTaskCommand({ cluster, task: "0123" })), {
    name: "InvalidParameterException",
  });
  await assert.rejects(ecs.send(new UpdateServiceCommand({ cluster, service: "other" })), {
    name: "ServiceNotFoundException",
  });
});

test("unsupported operations and parameters are refused by name", async () => {
  await createService(fixture, await define(fixture));
  await assert.rejects(ecs.send(new RunTaskCommand({ cluster, taskDefinition: "t-main:1" })), /RunTask/);
  await assert.rejects(
    ecs.send(new UpdateServiceCommand({ cluster, service: name, enableExecuteCommand: true })),
    /does not support enableExecuteCommand/,
  );
  await assert.rejects(
    ecs.send(new ListTasksCommand({ cluster, containerInstance: "i-1" })),
    /does not support containerInstance/,
  );
});
