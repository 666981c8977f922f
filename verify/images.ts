import type { World } from "./check.ts";
import { explainError } from "./explain-error.ts";

/** An image that the gateway's service runs. */
export interface RunningImage {
  /** As the task definition names it. */
  readonly image: string;
  /** `sha256:…` as ECS reports it, otherwise `unknown`: a run that does not know its subject says so. */
  readonly digest: string;
  /** Number of the service's running tasks with a container of it. */
  readonly tasks: number;
  /** Why the digest is unknown. */
  readonly reason?: string;
  /** Set when no task ran it at the beginning: it replaced the image under verification. */
  readonly appeared?: "during the run";
}

type Services = World["target"]["outputs"]["compute"]["services"];

const readWithinMs = 10_000;
/** Stands for a digest that ECS does not report. */
export const unknown = "unknown";

/**
 * The images of the running tasks of a service, by default the gateway's, as ECS currently describes them, most
 * used first; never empty. Never throws: a run without this information is still valid.
 */
export async function readRunningImages(
  { target, aws }: Pick<World, "target" | "aws">,
  signal: AbortSignal,
  service: keyof Services = "gateway",
): Promise<readonly RunningImage[]> {
  try {
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(readWithinMs)]);
    const { clusterArn: cluster, services } = target.outputs.compute;
    const ecs = await aws.ecs();
    const listing = { cluster, serviceName: services[service], desiredStatus: "RUNNING" } as const;
    const { taskArns: tasks = [] } = await ecs.listTasks(listing, { abortSignal });
    const described =
      tasks.length === 0 ? [] : ((await ecs.describeTasks({ cluster, tasks }, { abortSignal })).tasks ?? []);
    const running = described.filter(({ lastStatus }) => lastStatus === "RUNNING");
    const images = countImages(running.flatMap(({ containers = [] }) => containers));
    return images.length > 0 ? images : [missing("ECS lists no container for a running task")];
  } catch (error) {
    return [missing(explainError(error))];
  }
}

function countImages(
  containers: readonly { readonly image?: string | undefined; readonly imageDigest?: string | undefined }[],
): readonly RunningImage[] {
  const counted = Map.groupBy(containers, ({ image, imageDigest }) => `${image} ${imageDigest}`);
  return [...counted.values()]
    .map(([{ image = unknown, imageDigest } = {}, ...others]) => ({
      image,
      ...(imageDigest
        ? { digest: imageDigest }
        : { digest: unknown, reason: "ECS reports no digest for it" }),
      tasks: others.length + 1,
    }))
    .sort((one, other) => other.tasks - one.tasks);
}

/** The images at the beginning of a run, and those that appeared by the end. */
export function addAppeared(
  before: readonly RunningImage[],
  after: readonly RunningImage[],
): readonly RunningImage[] {
  const known = new Set(before.map(({ image, digest }) => `${image} ${digest}`));
  const appeared = after.filter(
    ({ image, digest }) => digest !== unknown && !known.has(`${image} ${digest}`),
  );
  return [...before, ...appeared.map((image) => ({ ...image, appeared: "during the run" }) as const)];
}

function missing(reason: string): RunningImage {
  return { image: unknown, digest: unknown, tasks: 0, reason };
}

/** One line with the whole digest: `dmm-env/gateway:1.0.0 sha256:… (3 tasks)`. */
export function describeImage({ image, digest, tasks, reason, appeared }: RunningImage): string {
  const count = `${tasks} ${tasks === 1 ? "task" : "tasks"}`;
  const more = [reason, appeared && `appeared ${appeared}`].filter((text) => text !== undefined);
  return `${image} ${digest} (${[count, ...more].join("; ")})`;
}
