import type { TaskDefinition } from "@aws-sdk/client-ecs";
import { type Check, type CheckContext, fail, pass } from "../check.ts";
import { VerifyError } from "../errors.ts";
import { listParameters, readParameter } from "./parameters.ts";

/** Names that indicate a secret value. */
const secretName = /PASSWORD|SECRET|TOKEN|PRIVATE|CREDENTIAL/i;

/** Read access to ECS includes task definitions; `secrets` contains only names. */
export const noTaskDefinitionContainsASecret: Check = {
  claim: "no task definition contains a secret",
  proof:
    "the task definitions of all services only reference secrets: they contain no parameter's value, and no environment variable is named like a secret",
  timeoutMs: 20_000,
  async run(context) {
    const values = new Map<string, string>();
    for (const { name } of await listParameters(context))
      values.set(name, await readParameter(context, name, { opened: true }));
    const definitions = await readDefinitions(context);
    let references = 0;
    for (const definition of definitions) {
      const containers = definition.containerDefinitions ?? [];
      const variables = containers.flatMap(({ environment = [] }) =>
        environment.map(({ name = "" }) => name),
      );
      const secrets = containers.flatMap(({ secrets: named = [] }) => named.map(({ name = "" }) => name));
      const what = definition.taskDefinitionArn?.split("/").at(-1) ?? "a task definition";
      context.evidence.record(what, { variables, secrets });
      references += secrets.length;
      // Anywhere: environment, command, labels, log options.
      const text = JSON.stringify(definition);
      const shown = [...values].find(([, value]) => text.includes(value));
      if (shown !== undefined) return fail(`${what} contains the value of ${shown[0]}`);
      const suspect = variables.find((name) => secretName.test(name));
      if (suspect !== undefined)
        return fail(`${what} has ${suspect} in its environment instead of its secrets`);
    }
    if (references === 0)
      throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
        what: "no task definition refers to a secret, so none of them belongs to the platform",
      });
    return pass(
      `${definitions.length} task definitions only reference ${references} secrets and contain none of ${values.size} values`,
    );
  },
};

async function readDefinitions(context: CheckContext): Promise<readonly TaskDefinition[]> {
  const { clusterArn: cluster, services: names } = context.target.outputs.compute;
  const ecs = await context.aws.ecs();
  const { services = [] } = await ecs.describeServices({ cluster, services: Object.values(names) });
  return await Promise.all(
    services.map(async ({ serviceName, taskDefinition }) => {
      const response = await ecs.describeTaskDefinition({ taskDefinition });
      if (response.taskDefinition === undefined)
        throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
          what: `ECS returned no task definition for ${serviceName}`,
        });
      return response.taskDefinition;
    }),
  );
}
