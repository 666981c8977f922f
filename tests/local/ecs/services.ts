import { get } from "node:http";
import { backendName } from "../../../local/elb/backend-name.ts";
import { balancerOfGroup } from "../../../local/elb/balancer-registry.ts";
import type { Properties, Resource } from "../../../local/resource.ts";
import { waitUntil } from "../../wait-until.ts";
import type { Fixture } from "./fixtures.ts";

export const serviceType = "aws:ecs/service:Service";
const definitionType = "aws:ecs/taskDefinition:TaskDefinition";

/** One container of the image with faults; `container` overrides its definition. */
export function define(
  fixture: Fixture,
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
  return fixture.make(definitionType, {
    family: "t-main",
    networkMode: "awsvpc",
    containerDefinitions: JSON.stringify([definition]),
    ...roles,
  });
}

export function describeInputs(fixture: Fixture, definition: Resource, more: Properties = {}): Properties {
  return {
    name: "t-main",
    cluster: fixture.cluster.id,
    taskDefinition: definition.id,
    desiredCount: 1,
    networkConfiguration: { subnets: ["subnet-a", "subnet-b", "subnet-c"] },
    loadBalancers: [{ targetGroupArn: fixture.targetGroup.id, containerName: "main", containerPort: 8080 }],
    deploymentCircuitBreaker: { enable: true, rollback: true },
    waitForSteadyState: true,
    ...more,
  };
}

export async function createService(
  fixture: Fixture,
  definition: Resource,
  more: Properties = {},
): Promise<Resource> {
  return fixture.make(serviceType, describeInputs(fixture, definition, more));
}

export interface ReceivedResponse {
  readonly status: number;
  readonly body: Record<string, string>;
}

/** One request through the load balancer, on a separate connection. */
export function ask({ ingress }: Fixture, path = "/"): Promise<ReceivedResponse> {
  return new Promise((resolve, reject) => {
    const request = get({ ...ingress, path, agent: false, timeout: 10_000 }, (response) => {
      let text = "";
      response.on("data", (part) => {
        text += part;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: text.startsWith("{") ? JSON.parse(text) : {} }),
      );
    });
    request.on("timeout", () => request.destroy(new Error("no response")));
    request.on("error", reject);
  });
}

/** Sends requests until it is stopped; then returns every response other than 200. */
export function keepAsking(fixture: Fixture): () => Promise<{ asked: number; failed: readonly string[] }> {
  const failed: string[] = [];
  let [asked, asking] = [0, true];
  const asker = async () => {
    while (asking) {
      const status = await ask(fixture).then(
        (response) => String(response.status),
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

/** Names of the processes of running tasks. */
export function taskProcesses(fixture: Fixture): readonly string[] {
  return fixture.region.supervisor.list("task/").map(({ name }) => name);
}

export async function waitForTasks(fixture: Fixture, count: number): Promise<void> {
  await waitUntil(`${count} tasks`, () => taskProcesses(fixture).length === count, 15_000);
}

/** Waits until the load balancer has this many requests in flight. */
export async function waitForRequests({ region, targetGroup }: Fixture, count: number): Promise<void> {
  await waitUntil(`${count} requests under way`, async () => {
    const servers = await balancerOfGroup(region, targetGroup.id)?.readServers(backendName(targetGroup.id));
    return [...(servers?.values() ?? [])].reduce((sum, { requests }) => sum + requests, 0) >= count;
  });
}

/** Resources that a test leaves running, passed or failed. */
export async function removeServices(fixture: Fixture): Promise<void> {
  await Promise.all(fixture.region.resources.all(serviceType).map((service) => fixture.remove(service)));
}
