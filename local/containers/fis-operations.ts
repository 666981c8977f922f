import { randomBytes } from "node:crypto";
import { makeArn } from "../arn.ts";
import { AwsError, type Operations } from "../operation.ts";
import type { Region } from "../region.ts";
import { findTask } from "./ecs-operations.ts";

/*
 * AWS Fault Injection Service, as far as one machine can be honest about it: `aws:ecs:task-kill-process` on tasks named
 * by ARN. Templates and experiments are records of the region, as on AWS.
 */
const templateType = "local:fis/experimentTemplate";
const experimentType = "local:fis/experiment";
const killProcess = "aws:ecs:task-kill-process";

interface Target {
  readonly resourceType?: string;
  readonly resourceArns?: readonly string[];
  readonly selectionMode?: string;
}

interface Action {
  readonly actionId?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly targets?: Readonly<Record<string, string>>;
}

interface Template {
  readonly targets: Readonly<Record<string, Target>>;
  readonly actions: Readonly<Record<string, Action>>;
}

export const fisOperations: Operations = {
  async CreateExperimentTemplate(region, { input }) {
    const template = { targets: input.targets ?? {}, actions: input.actions ?? {} } as Template;
    validateTemplate(template);
    const id = `EXT${randomBytes(8).toString("hex").toUpperCase()}`;
    const { clientToken: _, ...given } = input;
    put(region, templateType, id, { ...given, id, arn: makeArn(region, "fis", `experiment-template/${id}`) });
    return { experimentTemplate: get(region, templateType, id) };
  },

  async ListExperimentTemplates(region) {
    return { experimentTemplates: region.resources.all(templateType).map(({ outputs }) => outputs) };
  },

  async GetExperimentTemplate(region, { input }) {
    return { experimentTemplate: get(region, templateType, String(input.id)) };
  },

  async DeleteExperimentTemplate(region, { input }) {
    const experimentTemplate = get(region, templateType, String(input.id));
    region.resources.remove(templateType, String(input.id));
    return { experimentTemplate };
  },

  async StartExperiment(region, { input }) {
    const templateId = String(input.experimentTemplateId);
    const template = get(region, templateType, templateId) as unknown as Template;
    const id = `EXP${randomBytes(8).toString("hex").toUpperCase()}`;
    const state = run(region, template);
    const experiment = {
      ...template,
      id,
      experimentTemplateId: templateId,
      state,
      startTime: Date.now() / 1000,
      tags: input.tags ?? {},
    };
    put(region, experimentType, id, experiment);
    return { experiment };
  },

  async GetExperiment(region, { input }) {
    return { experiment: get(region, experimentType, String(input.id)) };
  },
};

function validateTemplate({ targets, actions }: Template): void {
  for (const [name, target] of Object.entries(targets)) {
    if (target.resourceType !== "aws:ecs:task")
      throw refused(
        `target ${name} has resource type ${target.resourceType}; this region breaks aws:ecs:task`,
      );
    if (!target.resourceArns?.length)
      throw refused(`target ${name} names no resourceArns; this region selects tasks by ARN`);
    if (!/^(ALL|COUNT\([1-9]\d*\))$/.test(target.selectionMode ?? ""))
      throw refused(`target ${name} has selectionMode ${target.selectionMode}; it may be ALL or COUNT(n)`);
  }
  for (const [name, action] of Object.entries(actions)) {
    if (action.actionId !== killProcess)
      throw refused(`action ${name} is ${action.actionId}; this region carries out ${killProcess}`);
    const target = action.targets?.Tasks;
    if (target === undefined || !(target in targets))
      throw refused(`action ${name} has target ${target}, which the template does not define`);
    const signal = action.parameters?.signal ?? "SIGTERM";
    if (!/^SIG(KILL|TERM|INT|HUP|QUIT|STOP|CONT)$/.test(signal))
      throw refused(`action ${name} has signal ${signal}, which is not one to send`);
  }
}

/** Sends each action's signal to its tasks' processes, and only to those. */
function run(region: Region, { targets, actions }: Template): { status: string; reason: string } {
  for (const action of Object.values(actions)) {
    const target = targets[action.targets?.Tasks ?? ""];
    const living = (target?.resourceArns ?? [])
      .map((arn) => findTask(region, arn)?.task)
      .filter((task) => task?.status === "RUNNING" && task.process !== undefined);
    const most = Number(/\((\d+)\)/.exec(target?.selectionMode ?? "")?.[1] ?? living.length);
    if (living.length === 0) return { status: "failed", reason: "Target resolution returned empty set." };
    for (const task of living.slice(0, most)) {
      region.log("fault", { action: killProcess, task: task?.id });
      task?.process?.kill((action.parameters?.signal ?? "SIGTERM") as NodeJS.Signals);
    }
  }
  return { status: "completed", reason: "Experiment completed." };
}

function put(region: Region, type: string, id: string, outputs: Record<string, unknown>): void {
  // What the API took in is JSON already.
  region.resources.put({
    type,
    id,
    urn: "",
    name: id,
    inputs: {},
    outputs: JSON.parse(JSON.stringify(outputs)),
  });
}

function get(region: Region, type: string, id: string): Record<string, unknown> {
  const found = region.resources.get(type, id);
  if (!found) throw new AwsError("ResourceNotFoundException", `${id} was not found.`, 404);
  return found.outputs;
}

function refused(why: string): AwsError {
  return new AwsError("ValidationException", `${why}.`);
}
