import { accessAws } from "../access/aws-access.ts";
import type { ReachedDown } from "./down-stages.ts";

/**
 * Sets the desired count of every service to 0, so that tasks drain while the engine starts, and not one after the
 * other when it reaches their services. Only an optimization: whatever is refused here, the engine ends the tasks
 * as well.
 */
export async function stopServices({
  outputs,
  region,
  target,
  project,
}: Pick<ReachedDown, "outputs" | "region" | "target" | "project">): Promise<void> {
  // A record may be damaged, or of an environment that had not progressed that far.
  const compute = outputs?.compute;
  if (compute?.services === undefined || (target === "local" && region === undefined)) return;
  const { ECS } = await import("@aws-sdk/client-ecs");
  // An unreachable network must not delay the teardown.
  const access = accessAws(project.region, region);
  const requestHandler = { ...access.requestHandler, requestTimeout: 5_000 };
  const ecs = new ECS({ ...access, maxAttempts: 1, requestHandler });
  const { clusterArn, services } = compute;
  const stop = (service: string) =>
    ecs.updateService({ cluster: clusterArn, service, desiredCount: 0 }).catch(() => undefined);
  await Promise.all(Object.values(services).map(stop));
  ecs.destroy();
}
