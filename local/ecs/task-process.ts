import { constants } from "node:os";
import { canAssume } from "../access/trust.ts";
import { AwsError } from "../operation.ts";
import type { ProcessSpec, Region } from "../region.ts";
import { type PulledImage, pullImage } from "./images.ts";
import { processNameOf, type Task } from "./task.ts";
import { agentVariables, imageVariables } from "./task-environment.ts";
import { rememberSecrets } from "./task-log.ts";
import { readSecrets } from "./task-secrets.ts";

type Exit = Parameters<NonNullable<ProcessSpec["onExit"]>>[0];

/**
 * Runs the task's image with the environment that ECS gives a container; calls `onEnd` when the process ends
 * unexpectedly. A task that was stopped meanwhile is not started.
 */
export async function startTask(region: Region, task: Task, onEnd: (exit: Exit) => void): Promise<void> {
  assumeRoles(region, task);
  const image = pullImage(region, task.definition.container.image);
  const secrets = await readSecrets(region, task.definition, task.arn);
  if (task.status !== "PENDING") return;
  rememberSecrets(task, Object.values(secrets));
  task.imageDigest = image.digest;
  task.process = await region.supervisor.start(describeProcess(region, task, { image, secrets, onEnd }));
  if (task.status !== "PENDING") return;
  task.status = "RUNNING";
  task.startedAt = new Date();
  region.log("task.started", { task: task.id, service: task.service, image: task.imageDigest });
}

/** @throws AwsError ClientException, with ECS's message, for a role that tasks may not assume */
function assumeRoles(region: Region, { arn, definition }: Task): void {
  for (const role of [definition.executionRoleArn, definition.taskRoleArn]) {
    if (role === undefined) continue;
    if (canAssume(region, role, { service: "ecs-tasks.amazonaws.com", sourceArn: arn })) continue;
    throw new AwsError(
      "ClientException",
      `ECS was unable to assume the role '${role}' that was provided for this task. Please verify that the role ` +
        "being passed has the proper trust relationship and permissions.",
    );
  }
}

interface ProcessOf {
  readonly image: PulledImage;
  readonly secrets: Readonly<Record<string, string>>;
  readonly onEnd: (exit: Exit) => void;
}

function describeProcess(region: Region, task: Task, { image, secrets, onEnd }: ProcessOf): ProcessSpec {
  const { container } = task.definition;
  const [command = "", ...parameters] = [...image.entrypoint, ...container.command];
  return {
    name: processNameOf(task),
    command,
    arguments: parameters,
    workingDirectory: image.folder,
    environment: {
      ...imageVariables(region, image),
      ...container.environment,
      ...secrets,
      ...agentVariables(region, task),
    },
    listens: container.ports.map((port) => `${task.address}:${port}`),
    stop: { signal: "SIGTERM", withinMs: container.stopTimeout * 1000 },
    onExit: onEnd,
  };
}

/** The exit code of a container: that of its process, or 128 plus the number of the signal that ended it. */
export function exitCodeOf({ code, signal }: Exit): number {
  return signal === null ? (code ?? 0) : 128 + (constants.signals[signal] ?? 0);
}

/** For messages: `exit code 1` or `signal SIGKILL`. */
export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
