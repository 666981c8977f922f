import { get } from "node:http";
import { backendName } from "../../../local/elb/backend-name.ts";
import { balancerOfGroup } from "../../../local/elb/balancers.ts";
import type { Properties, Resource } from "../../../local/resource.ts";
import { waitUntil } from "../daemon/started-region.ts";
import type { Ground } from "./fixtures.ts";

export const serviceType = "aws:ecs/service:Service";
const definitionType = "aws:ecs/taskDefinition:TaskDefinition";

/** One container of the image with habits; `container` changes what it says. */
export function define(
  ground: Ground,
  container: Record<string, unknown> = {},
  roles: Properties = {},
): Promise<Resource> {
  const { environment = {}, secrets = {}, ...members } = container;
  const list = (values: unknown, member: string) =>
    Object.entries(values as Record<string, string>).map(([name, value]) => ({ name, [member]: value }));
  const definition = {
    name: "main",
    image: "test/habits",
    portMappings: [{ containerPort: 8080 }],
    stopTimeout: 5,
    ...members,
    environment: list(environment, "value"),
    secrets: list(secrets, "valueFrom"),
  };
  return ground.make(definitionType, {
    family: "t-main",
    networkMode: "awsvpc",
    containerDefinitions: JSON.stringify([definition]),
    ...roles,
  });
}

export function describeInputs(ground: Ground, definition: Resource, more: Properties = {}): Properties {
  return {
    name: "t-main",
    cluster: ground.cluster.id,
    taskDefinition: definition.id,
    desiredCount: 1,
    networkConfiguration: { subnets: ["subnet-a", "subnet-b", "subnet-c"] },
    loadBalancers: [{ targetGroupArn: ground.targetGroup.id, containerName: "main", containerPort: 8080 }],
    deploymentCircuitBreaker: { enable: true, rollback: true },
    waitForSteadyState: true,
    ...more,
  };
}

export async function createService(
  ground: Ground,
  definition: Resource,
  more: Properties = {},
): Promise<Resource> {
  return ground.make(serviceType, describeInputs(ground, definition, more));
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, string>;
}

/** One request through the load balancer, on a connection of its own. */
export function ask({ entrance }: Ground, path = "/"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get({ ...entrance, path, agent: false, timeout: 10_000 }, (response) => {
      let text = "";
      response.on("data", (part) => {
        text += part;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: text.startsWith("{") ? JSON.parse(text) : {} }),
      );
    });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", reject);
  });
}

/** Asks all the time until it is told to stop; then gives what was not answered with 200. */
export function keepAsking(ground: Ground): () => Promise<{ asked: number; failed: readonly string[] }> {
  const failed: string[] = [];
  let [asked, asking] = [0, true];
  const asker = async () => {
    while (asking) {
      const status = await ask(ground).then(
        (answer) => String(answer.status),
        (error) => String(error),
      );
      asked += 1;
      if (status !== "200") failed.push(status);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const running = [asker(), asker()];
  return async () => {
    asking = false;
    await Promise.all(running);
    return { asked, failed };
  };
}

/** Names of the processes of tasks that live. */
export function taskProcesses(ground: Ground): readonly string[] {
  return ground.region.supervisor.list("task/").map(({ name }) => name);
}

export async function waitForTasks(ground: Ground, count: number): Promise<void> {
  await waitUntil(`${count} tasks`, () => taskProcesses(ground).length === count, 15_000);
}

/** Waits until the load balancer has so many requests in the hands of its targets. */
export async function waitForRequests({ region, targetGroup }: Ground, count: number): Promise<void> {
  await waitUntil(`${count} requests under way`, async () => {
    const servers = await balancerOfGroup(region, targetGroup.id)?.readServers(backendName(targetGroup.id));
    return [...(servers?.values() ?? [])].reduce((sum, { requests }) => sum + requests, 0) >= count;
  });
}

/** What a test leaves running, whether it passed or not. */
export async function removeServices(ground: Ground): Promise<void> {
  await Promise.all(ground.region.resources.all(serviceType).map((service) => ground.remove(service)));
}
