import type { Parser } from "./values.ts";

/** What an instance offers to tasks. */
export interface InstanceType {
  readonly vcpus: number;
  /** MiB. */
  readonly memory: number;
  /** Network interfaces: one is the instance's own, each task takes another. */
  readonly interfaces: number;
}

/** GiB per vCPU, by family; all x86-64. */
const families: Readonly<Record<string, number>> = { c6i: 2, c7i: 2, m6i: 4, m7i: 4, r6i: 8, r7i: 8 };

/**
 * By size, the same for these families. Interfaces without trunking (`awsvpcTrunking`), which is a setting of the account.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html
 */
const sizes: Readonly<Record<string, { readonly vcpus: number; readonly interfaces: number }>> = {
  large: { vcpus: 2, interfaces: 3 },
  xlarge: { vcpus: 4, interfaces: 4 },
  "2xlarge": { vcpus: 8, interfaces: 4 },
  "4xlarge": { vcpus: 16, interfaces: 8 },
  "8xlarge": { vcpus: 32, interfaces: 8 },
  "12xlarge": { vcpus: 48, interfaces: 8 },
  "16xlarge": { vcpus: 64, interfaces: 15 },
};

/** The type by its name; undefined for one whose interfaces are not known here. */
export function findInstanceType(name: string): InstanceType | undefined {
  const [family = "", size = ""] = name.split(".");
  const [perCpu, found] = [families[family], sizes[size]];
  if (perCpu === undefined || found === undefined) return undefined;
  return { ...found, memory: found.vcpus * perCpu * 1024 };
}

/** Name of an instance type that {@link findInstanceType} knows. */
export const instanceType: Parser<string> = (text) =>
  findInstanceType(text) === undefined
    ? {
        problem: `one of ${Object.keys(families).join(", ")} in the size ${Object.keys(sizes).join(", ")}, like c7i.xlarge`,
      }
    : { value: text };

/** Share of an instance's memory that ECS gives to tasks; the rest is the system's and the agent's. */
const usableMemory = 0.9;

/** How many tasks of this size one instance carries at once. */
export function tasksPerInstance(
  type: InstanceType,
  task: { readonly cpu: number; readonly memory: number },
): number {
  return Math.min(
    type.interfaces - 1,
    Math.floor((type.vcpus * 1024) / task.cpu),
    Math.floor((type.memory * usableMemory) / task.memory),
  );
}
