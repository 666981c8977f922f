/** What a reconciliation needs to know of a task that should run. */
export interface ReconciledTask {
  /** Zone number, from 1. */
  readonly zone: number;
  /** Belongs to the primary deployment. */
  readonly current: boolean;
  readonly healthy: boolean;
  /** It has never served, or has been unhealthy for too long to be a glitch of the balancer. */
  readonly expendable: boolean;
}

interface Wanted {
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** Zone numbers to spread over. */
  readonly zones: readonly number[];
}

/** The next actions: zones in which to start a task, and tasks to stop. */
export interface ReconcilePlan<Task> {
  readonly start: readonly number[];
  readonly retire: readonly Task[];
}

/**
 * Plans the next step of a service towards its desired state, like ECS's rolling update: never more running tasks
 * than the maximum (rounded down), never fewer healthy ones than the minimum (rounded up).
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
 */
export function planReconciliation<Task extends ReconciledTask>(
  wanted: Wanted,
  tasks: readonly Task[],
): ReconcilePlan<Task> {
  const current = tasks.filter((task) => task.current);
  const outdated = tasks.filter((task) => !task.current);
  const { desiredCount, zones } = wanted;
  const most = Math.floor((desiredCount * wanted.maximumPercent) / 100);
  const missing = Math.min(desiredCount - current.length, most - tasks.length);
  const surplus = choosePlaces(current, current.length - desiredCount);
  const staying = tasks.filter((task) => !surplus.includes(task));
  return {
    start: spread(zones, current, missing),
    retire: [...surplus, ...chooseOutdated(wanted, staying, outdated)],
  };
}

/** Each in the zone with the fewest tasks so far. */
function spread(
  zones: readonly number[],
  current: readonly ReconciledTask[],
  count: number,
): readonly number[] {
  const counts = new Map(zones.map((zone) => [zone, current.filter((task) => task.zone === zone).length]));
  return Array.from({ length: Math.max(0, count) }, () => {
    const [zone, taskCount] = [...counts].reduce((least, entry) => (entry[1] < least[1] ? entry : least));
    counts.set(zone, taskCount + 1);
    return zone;
  });
}

/** Scaling in: non-serving tasks first, then always the newest task of the fullest zone. */
function choosePlaces<Task extends ReconciledTask>(current: readonly Task[], count: number): readonly Task[] {
  const left = [...current];
  const chosen: Task[] = [];
  while (chosen.length < count) {
    const inZone = (task: Task) => left.filter(({ zone }) => zone === task.zone).length;
    const next = left.reduce((worst, task) => {
      if (task.healthy !== worst.healthy) return task.healthy ? worst : task;
      return inZone(task) >= inZone(worst) ? task : worst;
    });
    left.splice(left.indexOf(next), 1);
    chosen.push(next);
  }
  return chosen;
}

/** Non-serving tasks immediately, the others as far as enough healthy tasks remain. */
function chooseOutdated<Task extends ReconciledTask>(
  { desiredCount, minimumHealthyPercent }: Wanted,
  staying: readonly Task[],
  outdated: readonly Task[],
): readonly Task[] {
  const least = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
  const spare = Math.max(0, staying.filter(({ healthy }) => healthy).length - least);
  const healthy = outdated.filter((task) => task.healthy).slice(0, spare);
  return [...outdated.filter((task) => !task.healthy && task.expendable), ...healthy];
}
