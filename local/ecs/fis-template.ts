import { AwsError } from "../operation.ts";

export const killProcess = "aws:ecs:task-kill-process";

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
  parameter: ["processName", "signal"],
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
  if (action.actionId !== killProcess)
    throw refused(`action ${name} is ${action.actionId}; this region carries out ${killProcess}`);
  const target = action.targets?.Tasks;
  if (target === undefined || !(target in targets))
    throw refused(`action ${name} has target ${target}, which the template does not define`);
  const { parameters = {} } = action;
  admitMembers("parameter", `action ${name}`, parameters);
  if (!parameters.processName) throw refused(`action ${name} has no parameter processName`);
  const signal = parameters.signal ?? "SIGTERM";
  if (!/^SIG(KILL|TERM|INT|HUP|QUIT|STOP|CONT)$/.test(signal))
    throw refused(`action ${name} has signal ${signal}, which is not one to send`);
}

function admitMembers(kind: keyof typeof honoured, where: string, given: object): void {
  const other = Object.keys(given).filter((name) => !(honoured[kind] as readonly string[]).includes(name));
  if (other.length > 0)
    throw refused(`${where} has ${other.join(", ")}; this region honours ${honoured[kind].join(", ")}`);
}

function refused(why: string): AwsError {
  return new AwsError("ValidationException", `${why}.`);
}
