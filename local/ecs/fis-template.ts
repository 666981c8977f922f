import { AwsError } from "../operation.ts";

export const stopTask = "aws:ecs:stop-task";

/**
 * Actions inside a task. FIS carries them out through an SSM agent that runs as a second container of the task, with
 * `pidMode: task` and permissions of the task role; a task of this region has one container.
 * https://docs.aws.amazon.com/fis/latest/userguide/ecs-task-actions.html
 */
const insideTask = /^aws:ecs:task-/;

interface Target {
  readonly resourceType?: string;
  readonly resourceArns?: readonly string[];
  readonly selectionMode?: string;
}

interface Action {
  readonly actionId?: string;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly targets?: Readonly<Record<string, string>>;
}

/** An experiment template as the API accepts it. */
export interface Template {
  readonly roleArn?: string;
  readonly stopConditions?: readonly { readonly source?: string }[];
  readonly targets: Readonly<Record<string, Target>>;
  readonly actions: Readonly<Record<string, Action>>;
}

const honoured = {
  template: ["clientToken", "description", "roleArn", "stopConditions", "targets", "actions", "tags"],
  target: ["resourceType", "resourceArns", "selectionMode"],
  action: ["actionId", "description", "parameters", "targets"],
} as const;

/** Reads a template; refuses what FIS refuses and what this region does not support. @throws AwsError ValidationException */
export function parseTemplate(given: Readonly<Record<string, unknown>>): Template {
  admitMembers("template", "the template", given);
  const { roleArn, stopConditions, targets = {}, actions = {} } = given as Partial<Template>;
  if (!roleArn) throw refused("roleArn is missing");
  if (!stopConditions?.length)
    throw refused("stopConditions is missing; [{ source: none }] means no condition");
  if (stopConditions.some(({ source }) => source !== "none"))
    throw refused("a stop condition watches an alarm; this region's experiments are over at once");
  if (Object.keys(actions).length === 0) throw refused("actions is empty");
  for (const [name, target] of Object.entries(targets)) validateTarget(name, target);
  for (const [name, action] of Object.entries(actions)) validateAction(name, action, targets);
  return { ...given, roleArn, stopConditions, targets, actions };
}

function validateTarget(name: string, target: Target): void {
  admitMembers("target", `target ${name}`, target);
  if (target.resourceType !== "aws:ecs:task")
    throw refused(`target ${name} has resource type ${target.resourceType}; this region breaks aws:ecs:task`);
  if (!target.resourceArns?.length)
    throw refused(`target ${name} names no resourceArns; this region selects tasks by ARN`);
  if (!/^(ALL|COUNT\([1-9]\d*\))$/.test(target.selectionMode ?? ""))
    throw refused(`target ${name} has selectionMode ${target.selectionMode}; it may be ALL or COUNT(n)`);
}

function validateAction(name: string, action: Action, targets: Template["targets"]): void {
  admitMembers("action", `action ${name}`, action);
  if (insideTask.test(action.actionId ?? ""))
    throw refused(
      `action ${name} is ${action.actionId}; it needs an SSM agent in a container of the task, which no task of this region has`,
    );
  if (action.actionId !== stopTask)
    throw refused(`action ${name} is ${action.actionId}; this region carries out ${stopTask}`);
  const target = action.targets?.Tasks;
  if (target === undefined || !(target in targets))
    throw refused(`action ${name} has target ${target}, which the template does not define`);
  const given = Object.keys(action.parameters ?? {});
  if (given.length > 0)
    throw refused(`action ${name} has ${given.join(", ")}; ${stopTask} has no parameters`);
}

function admitMembers(kind: keyof typeof honoured, where: string, given: object): void {
  const other = Object.keys(given).filter((name) => !(honoured[kind] as readonly string[]).includes(name));
  if (other.length > 0)
    throw refused(`${where} has ${other.join(", ")}; this region honours ${honoured[kind].join(", ")}`);
}

function refused(why: string): AwsError {
  return new AwsError("ValidationException", `${why}.`);
}
