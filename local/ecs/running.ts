import { perRegion } from "../per-region.ts";
import type { Region } from "../region.ts";
import type { ServiceScheduler } from "./scheduler.ts";
import type { Task } from "./task.ts";

/** Schedulers by service ARN, in memory only. */
const schedulers = perRegion(() => new Map<string, ServiceScheduler>());

export function keepScheduler(region: Region, serviceArn: string, scheduler: ServiceScheduler): void {
  schedulers(region).set(serviceArn, scheduler);
}

export function forgetScheduler(region: Region, serviceArn: string): void {
  schedulers(region).delete(serviceArn);
}

export function schedulerOf(region: Region, serviceArn: string): ServiceScheduler | undefined {
  return schedulers(region).get(serviceArn);
}

/** Every task that the region knows, with its service's scheduler. */
export function listTasks(
  region: Region,
): readonly { readonly serviceArn: string; readonly scheduler: ServiceScheduler; readonly task: Task }[] {
  return [...schedulers(region)].flatMap(([serviceArn, scheduler]) =>
    scheduler.tasks.all.map((task) => ({ serviceArn, scheduler, task })),
  );
}
