import { accessAws } from "../access/aws-access.ts";
import type { DownRun } from "./down-run.ts";

/**
 * Tells ECS that no task is wanted any more, so that tasks drain while the engine starts, and not one after the other
 * when it comes to their services. Only time depends on it: whatever is refused here, the engine ends the tasks as well.
 */
export async function stopServices({
  outputs,
  region,
  target,
  project,
}: Pick<DownRun, "outputs" | "region" | "target" | "project">): Promise<void> {
  // A record may be damaged, or of an environment that had not come that far.
  const compute = outputs?.compute;
  if (compute?.services === undefined || (target === "local" && region === undefined)) return;
  const { ECS } = await import("@aws-sdk/client-ecs");
  // A network that is lost must not hold the teardown up.
  const access = accessAws(project.region, region);
  const requestHandler = { ...access.requestHandler, requestTimeout: 5_000 };
  const ecs = new ECS({ ...access, maxAttempts: 1, requestHandler });
  const { clusterArn, services } = compute;
  const stop = (service: string) =>
    ecs.updateService({ cluster: clusterArn, service, desiredCount: 0 }).catch(() => undefined);
  await Promise.all(Object.values(services).map(stop));
  ecs.destroy();
}
