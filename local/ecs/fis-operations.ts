import { randomBytes, randomInt } from "node:crypto";
import { makeArn } from "../arn.ts";
import { AwsError, type Operations } from "../operation.ts";
import type { Region } from "../region.ts";
import { killProcess, type Template, validateTemplate } from "./fis-template.ts";
import { listTasks } from "./running.ts";
import { commandNameOf } from "./task-process.ts";

/*
 * AWS Fault Injection Service, limited to what one machine can really do: `aws:ecs:task-kill-process` on tasks
 * named by ARN. Templates and experiments are records of the region, as on AWS.
 */
const templateType = "local:fis/experimentTemplate";
const experimentType = "local:fis/experiment";

export const fisOperations: Operations = {
  async CreateExperimentTemplate(region, { input }) {
    validateTemplate(input as unknown as Template);
    const id = `EXT${randomBytes(8).toString("hex").toUpperCase()}`;
    const { clientToken: _, ...given } = input;
    const creationTime = Date.now() / 1000;
    const arn = makeArn(region, "fis", `experiment-template/${id}`);
    put(region, templateType, id, { ...given, id, arn, creationTime, lastUpdateTime: creationTime });
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
    const { roleArn, stopConditions, targets, actions } = get(
      region,
      templateType,
      templateId,
    ) as unknown as Template;
    const id = `EXP${randomBytes(8).toString("hex").toUpperCase()}`;
    const startTime = Date.now() / 1000;
    const state = run(region, { targets, actions });
    const experiment = {
      id,
      arn: makeArn(region, "fis", `experiment/${id}`),
      experimentTemplateId: templateId,
      roleArn,
      stopConditions,
      targets,
      actions: Object.fromEntries(
        Object.entries(actions).map(([name, action]) => [name, { ...action, state }]),
      ),
      state,
      creationTime: startTime,
      startTime,
      endTime: Date.now() / 1000,
      tags: input.tags ?? {},
    };
    put(region, experimentType, id, experiment);
    return { experiment: get(region, experimentType, id) };
  },

  async ListExperiments(region) {
    return { experiments: region.resources.all(experimentType).map(({ outputs }) => outputs) };
  },

  async GetExperiment(region, { input }) {
    return { experiment: get(region, experimentType, String(input.id)) };
  },
};

/** Sends each action's signal to its tasks' processes only. */
function run(
  region: Region,
  { targets, actions }: Pick<Template, "targets" | "actions">,
): { readonly status: string; readonly reason: string } {
  for (const action of Object.values(actions)) {
    const target = targets[action.targets?.Tasks ?? ""];
    const living = listTasks(region)
      .map(({ task }) => task)
      .filter((task) => target?.resourceArns?.includes(task.arn) && task.status === "RUNNING");
    if (living.length === 0) return { status: "failed", reason: "Target resolution returned empty set." };
    const processName = action.parameters?.processName ?? "";
    for (const task of choose(living, target?.selectionMode ?? "ALL")) {
      if (commandNameOf(region, task) !== processName)
        return { status: "failed", reason: `Task ${task.id} runs no process ${processName}.` };
      region.log("fault", { action: killProcess, task: task.id });
      task.process?.kill((action.parameters?.signal ?? "SIGTERM") as NodeJS.Signals);
    }
  }
  return { status: "completed", reason: "Experiment completed." };
}

/** All, or a random selection of this size. */
function choose<Item>(items: readonly Item[], selectionMode: string): readonly Item[] {
  const left = [...items];
  const most = Number(/\((\d+)\)/.exec(selectionMode)?.[1] ?? left.length);
  return Array.from({ length: Math.min(most, left.length) }, () =>
    left.splice(randomInt(left.length), 1),
  ).flat();
}

function put(region: Region, type: string, id: string, outputs: Record<string, unknown>): void {
  // The API's input is JSON already.
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
