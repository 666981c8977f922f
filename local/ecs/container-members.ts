/** Members of a container definition that the region implements. */
const honoured = [
  "name",
  "image",
  "command",
  "environment",
  "secrets",
  "portMappings",
  "stopTimeout",
  "essential",
] as const;

/** Members that are stored and compared but have no effect on this machine, each with the reason. */
export const recordedMembers: Readonly<Record<string, string>> = {
  cpu: "the processes of the region share the machine's processors",
  memory: "no container runtime enforces it; what a task really takes is seen on the machine",
  memoryReservation: "as memory",
  ulimits: "a task has the limits of the user who runs the region",
  user: "a task runs as the user who runs the region; becoming another would need root",
  privileged: "a task has that user's rights at most",
  readonlyRootFilesystem: "a task sees the machine's files, with the rights of that user",
  linuxParameters: "there is no container to set them for; the region reaps what a task leaves behind",
  systemControls: "kernel settings would change the whole machine",
  logConfiguration: "each task's output is a file under logs/ in the region's folder",
  startTimeout: "it limits waiting for other containers, and a task has one",
  dockerLabels: "there is no container to label",
  versionConsistency: "an image that is named by its tag is what the checkout holds when a task of it starts",
};

/** Members that would change the task's view or lifecycle, so that ignoring them would be noticed too late. */
const refused: Readonly<Record<string, string>> = {
  healthCheck: "no command is run inside a task; the target group's health check decides",
  mountPoints: "a task has no volumes",
  volumesFrom: "a task has no volumes",
  entryPoint: "the image's own entry point is what this machine knows of it",
};

/** Why a container definition is not supported, member by member; empty when it is. */
export function explainMembers(definition: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(definition)
    .filter(([, value]) => value !== undefined && value !== null && !isEmptyList(value))
    .flatMap(([name]) => {
      if ((honoured as readonly string[]).includes(name) || name in recordedMembers) return [];
      return [`${name} is not supported by the local region${refused[name] ? ` (${refused[name]})` : ""}`];
    });
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
