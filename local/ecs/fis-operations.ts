import { randomBytes, randomInt } from "node:crypto";
import { isAllowed } from "../access/permissions.ts";
import { canAssume } from "../access/trust.ts";
import { makeArn } from "../arn.ts";
import { AwsError, type Operations } from "../operation.ts";
import { type Records, recordsOf } from "../record-store.ts";
import type { Region } from "../region.ts";
import { parseTemplate, stopTask, type Template } from "./fis-template.ts";
import { listTasks } from "./running.ts";
import type { Task } from "./task.ts";

/*
 * AWS Fault Injection Service, limited to what it can do to a task as it is: `aws:ecs:stop-task` on tasks named by
 * ARN. Templates and experiments are records of the region, as on AWS.
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
    const { roleArn = "", stopConditions, targets, actions } = find(templates, region, templateId);
    const id = `EXP${randomBytes(8).toString("hex").toUpperCase()}`;
    const startTime = Date.now() / 1000;
    const state = run(region, { id, roleArn, targets, actions });
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

type Outcome = { readonly status: string; readonly reason: string };

/** Stops each action's tasks, with the permissions of the experiment's role: FIS has none of its own. */
function run(
  region: Region,
  { id, roleArn, targets, actions }: { readonly id: string; readonly roleArn: string } & Template,
): Outcome {
  const sourceArn = makeArn(region, "fis", `experiment/${id}`);
  if (!canAssume(region, roleArn, { service: "fis.amazonaws.com", sourceArn }))
    return failed(`Unable to assume role ${roleArn}.`);
  for (const action of Object.values(actions)) {
    const target = targets[action.targets?.Tasks ?? ""];
    const living = listTasks(region).filter(
      ({ task }) => target?.resourceArns?.includes(task.arn) && task.status === "RUNNING",
    );
    if (living.length === 0) return failed("Target resolution returned empty set.");
    for (const { scheduler, task } of choose(living, target?.selectionMode ?? "ALL")) {
      const denied = deniedAction(region, roleArn, task);
      if (denied !== undefined) return failed(`${roleArn} is not authorized to perform ${denied}.`);
      region.log("fault", { action: stopTask, task: task.id });
      void scheduler.stopTask(task, `Stopped by FIS experiment ${id}`);
    }
  }
  return { status: "completed", reason: "Experiment completed." };
}

/** What FIS calls for `aws:ecs:stop-task`, and the role may not. */
function deniedAction(region: Region, roleArn: string, { arn, clusterArn }: Task): string | undefined {
  return ["ecs:DescribeTasks", "ecs:StopTask"].find(
    (action) =>
      !isAllowed(region, roleArn, { action, resource: arn, context: { "ecs:cluster": clusterArn } }),
  );
}

function failed(reason: string): Outcome {
  return { status: "failed", reason };
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
