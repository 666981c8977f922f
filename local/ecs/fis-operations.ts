import { randomBytes, randomInt } from "node:crypto";
import { makeArn } from "../arn.ts";
import { AwsError, type Operations } from "../operation.ts";
import { type Records, recordsOf } from "../records.ts";
import type { Region } from "../region.ts";
import { killProcess, parseTemplate, type Template } from "./fis-template.ts";
import { listTasks } from "./running.ts";
import { commandNameOf } from "./task-process.ts";

/*
 * AWS Fault Injection Service, limited to what one machine can really do: `aws:ecs:task-kill-process` on tasks
 * named by ARN. Templates and experiments are records of the region, as on AWS.
 */
const templates = recordsOf<StoredTemplate>("local:fis/experimentTemplate");
const experiments = recordsOf<{ readonly id: string }>("local:fis/experiment");

/** Times in seconds since 1970, as in the API. */
interface StoredTemplate extends Template {
  readonly id: string;
  readonly arn: string;
  readonly creationTime: number;
  readonly lastUpdateTime: number;
}

export const fisOperations: Operations = {
  async CreateExperimentTemplate(region, { input }) {
    const { clientToken: _, ...given } = input;
    const template = parseTemplate(given);
    const id = `EXT${randomBytes(8).toString("hex").toUpperCase()}`;
    const creationTime = Date.now() / 1000;
    const arn = makeArn(region, "fis", `experiment-template/${id}`);
    const stored: StoredTemplate = { ...template, id, arn, creationTime, lastUpdateTime: creationTime };
    templates.put(region, id, stored);
    return { experimentTemplate: stored };
  },

  async ListExperimentTemplates(region) {
    return { experimentTemplates: templates.all(region) };
  },

  async GetExperimentTemplate(region, { input }) {
    return { experimentTemplate: find(templates, region, input.id) };
  },

  async DeleteExperimentTemplate(region, { input }) {
    const experimentTemplate = find(templates, region, input.id);
    templates.remove(region, String(input.id));
    return { experimentTemplate };
  },

  async StartExperiment(region, { input }) {
    const templateId = String(input.experimentTemplateId);
    const { roleArn, stopConditions, targets, actions } = find(templates, region, templateId);
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
    experiments.put(region, id, experiment);
    return { experiment };
  },

  async ListExperiments(region) {
    return { experiments: experiments.all(region) };
  },

  async GetExperiment(region, { input }) {
    return { experiment: find(experiments, region, input.id) };
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

function find<Content>(records: Records<Content>, region: Region, id: unknown): Content {
  const found = records.get(region, String(id));
  if (!found) throw new AwsError("ResourceNotFoundException", `${id} was not found.`, 404);
  return found;
}
