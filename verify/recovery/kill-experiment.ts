import type { CheckContext } from "../check.ts";
import { VerifyError } from "../errors.ts";

/** The process to kill: the gateway's, in its container. */
const processName = "node";

/**
 * Prepares a FIS experiment that kills a task's process immediately, as in a crash; the template is deleted after
 * the check.
 */
export async function prepareKill(
  context: CheckContext,
  taskArn: string,
): Promise<{ start(): Promise<void> }> {
  const fis = await context.aws.fis();
  const { environment } = context.target;
  const response = await fis.createExperimentTemplate({
    clientToken: context.uniqueName("kill"),
    description: "kill one gateway",
    roleArn: faultRole(context.target),
    targets: { gateway: { resourceType: "aws:ecs:task", resourceArns: [taskArn], selectionMode: "ALL" } },
    actions: {
      kill: {
        actionId: "aws:ecs:task-kill-process",
        parameters: { processName, signal: "SIGKILL" },
        targets: { Tasks: "gateway" },
      },
    },
    stopConditions: [{ source: "none" }],
    tags: { "dmm:environment": environment },
  });
  const id = response.experimentTemplate?.id;
  if (id === undefined)
    throw new VerifyError("DMM_VERIFY_NO_FAULT", { why: "FIS created no experiment template" });
  context.defer(async () => {
    await fis.deleteExperimentTemplate({ id });
  });
  return {
    async start() {
      const started = await fis.startExperiment({
        clientToken: context.uniqueName("start"),
        experimentTemplateId: id,
        tags: { "dmm:environment": environment },
      });
      const state = started.experiment?.state;
      context.evidence.record("FIS experiment", { id: started.experiment?.id, status: state?.status });
      if (state?.status === "failed" || state?.status === "stopped") {
        throw new VerifyError("DMM_VERIFY_NO_FAULT", {
          why: `experiment ${started.experiment?.id} is ${state.status}: ${state.reason ?? "no reason given"}`,
        });
      }
    },
  };
}

/** The role of FIS for fault injection, named like everything else in the environment. */
function faultRole(target: CheckContext["target"]): string {
  const accountId = target.outputs.compute.clusterArn.split(":")[4] ?? "";
  return `arn:aws:iam::${accountId}:role/${target.environment}-faults`;
}
