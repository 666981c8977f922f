import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { Properties, Resource } from "../resource.ts";
import type { CheckFailure, ResourceHandler } from "../resource-handler.ts";
import { listOf, textOf } from "../values.ts";
import { type ContainerDefinition, parseContainerDefinition } from "./container-definition.ts";

const type = "aws:ecs/taskDefinition:TaskDefinition";
/** Highest revision ever used, by family: ECS never reuses one. */
const counterType = "local:ecs/revision";

/** A task definition as the region runs it. */
export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  readonly container: ContainerDefinition;
  readonly executionRoleArn: string | undefined;
  readonly taskRoleArn: string | undefined;
}

const honoured = ["family", "containerDefinitions", "networkMode", "executionRoleArn", "taskRoleArn", "tags"];

/** Properties that are stored and compared but have no effect on this machine, each with the reason. */
export const recordedProperties: Readonly<Record<string, string>> = {
  cpu: "the processes of the region share the machine's processors",
  memory: "no container runtime enforces it",
  requiresCompatibilities: "tasks are processes, independent of the capacity",
  runtimePlatform: "tasks run on the platform of this machine",
  placementConstraints: "there is one machine to place tasks on",
  pidMode: "tasks are processes of one machine and see each other",
  ipcMode: "as pidMode",
  skipDestroy: "it concerns Pulumi's deletion; a record that stays costs nothing",
  trackLatest: "it concerns Pulumi's refresh",
};

const unchanging = ["skipDestroy", "trackLatest", "tags"];

/** `aws:ecs/taskDefinition:TaskDefinition`: every change is a new revision. */
export const taskDefinition: ResourceHandler = recorded(type, {
  inputs: [...honoured, ...Object.keys(recordedProperties), "volumes"],
  replaceOn: [...honoured, ...Object.keys(recordedProperties), "volumes"].filter(
    (name) => !unchanging.includes(name),
  ),
  validate: findProblems,
  computed: ["id", "arn", "arnWithoutRevision", "revision"],
  id: (region, { inputs }) => {
    const family = textOf(inputs, "family") ?? "";
    return makeArn(region, "ecs", `task-definition/${family}:${nextRevision(region, family)}`);
  },
  outputs: (_region, { id }) => ({
    arn: id,
    arnWithoutRevision: id.slice(0, id.lastIndexOf(":")),
    revision: Number(id.slice(id.lastIndexOf(":") + 1)),
  }),
  admit(region, { inputs }) {
    parseContainerDefinition(textOf(inputs, "containerDefinitions") ?? "");
    for (const name of ["executionRoleArn", "taskRoleArn"]) {
      const arn = textOf(inputs, name);
      if (
        arn !== undefined &&
        !region.resources.find("aws:iam/role:Role", ({ outputs }) => outputs.arn === arn)
      ) {
        throw new AwsError("ClientException", `Role is not valid: ${name} ${arn} does not exist.`);
      }
    }
  },
});

function findProblems(inputs: Properties): readonly CheckFailure[] {
  const failures: CheckFailure[] = [];
  const mode = textOf(inputs, "networkMode");
  if (mode !== undefined && mode !== "awsvpc")
    failures.push({
      property: "networkMode",
      reason: `it is ${mode}; it must be awsvpc: every task of the local region has its own address.`,
    });
  if (listOf(inputs, "volumes").length > 0)
    failures.push({ property: "volumes", reason: "tasks of the local region have no volumes." });
  return failures;
}

function nextRevision(region: Region, family: string): number {
  const before = Number(region.resources.get(counterType, family)?.outputs.revision ?? 0);
  const counter = {
    type: counterType,
    id: family,
    urn: "",
    name: family,
    inputs: {},
    outputs: { revision: before + 1 },
  };
  region.resources.put(counter);
  return before + 1;
}

/** By ARN or `family:revision`. @throws AwsError ClientException */
export function findTaskDefinition(region: Region, reference: string): TaskDefinition {
  const found = region.resources.find(type, ({ id }) => id === reference || id.endsWith(`/${reference}`));
  if (!found) throw new AwsError("ClientException", `Unable to describe task definition ${reference}.`);
  return toTaskDefinition(found);
}

/** In the form of the ECS API, exactly as registered. @throws AwsError ClientException */
export function describeTaskDefinition(region: Region, reference: string): Record<string, unknown> {
  const { arn, family, revision } = findTaskDefinition(region, reference);
  const { inputs } = region.resources.get(type, arn) as Resource;
  const containers = JSON.parse(textOf(inputs, "containerDefinitions") ?? "[]") as readonly unknown[];
  return {
    taskDefinitionArn: arn,
    family,
    revision,
    status: "ACTIVE",
    containerDefinitions: containers,
    ...Object.fromEntries(
      copiedMembers.flatMap((name) => (inputs[name] === undefined ? [] : [[name, inputs[name]]])),
    ),
  };
}

/** Members with the same name and shape as the property. */
const copiedMembers = [
  "networkMode",
  "executionRoleArn",
  "taskRoleArn",
  "cpu",
  "memory",
  "requiresCompatibilities",
];

function toTaskDefinition({ id, inputs, outputs }: Resource): TaskDefinition {
  return {
    arn: id,
    family: textOf(inputs, "family") ?? "",
    revision: Number(outputs.revision),
    container: parseContainerDefinition(textOf(inputs, "containerDefinitions") ?? ""),
    executionRoleArn: textOf(inputs, "executionRoleArn"),
    taskRoleArn: textOf(inputs, "taskRoleArn"),
  };
}
