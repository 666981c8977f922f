import type { CheckContext } from "../check.ts";
import { waitUntil } from "../client/wait.ts";
import { VerifyError } from "../errors.ts";

/** FIS states of an experiment before its action. */
const beginning = ["pending", "initiating"];

/** Prepares a FIS experiment that stops a task; the template is removed after the check. */
export async function prepareStop(
  context: CheckContext,
  taskArn: string,
): Promise<{ start(): Promise<void> }> {
  const fis = await context.aws.fis();
  const { environment } = context.target;
  const response = await fis.createExperimentTemplate({
    clientToken: context.uniqueName("stop"),
    description: "stop one gateway",
    roleArn: faultRole(context.target),
    targets: { gateway: { resourceType: "aws:ecs:task", resourceArns: [taskArn], selectionMode: "ALL" } },
    actions: { stop: { actionId: "aws:ecs:stop-task", targets: { Tasks: "gateway" } } },
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
      const { experiment } = await fis.startExperiment({
        clientToken: context.uniqueName("start"),
        experimentTemplateId: id,
        tags: { "dmm:environment": environment },
      });
      const state = await waitUntil(
        "the experiment of FIS to begin",
        async () => {
          const found = await fis.getExperiment({ id: experiment?.id });
          return !beginning.includes(found.experiment?.state?.status ?? "pending") && found.experiment?.state;
        },
        { withinMs: 60_000, everyMs: 200, signal: context.signal },
      );
      context.evidence.record("FIS experiment", { id: experiment?.id, status: state.status });
      if (state.status === "failed" || state.status === "stopped") {
        throw new VerifyError("DMM_VERIFY_NO_FAULT", {
          why: `experiment ${experiment?.id} is ${state.status}: ${state.reason ?? "no reason given"}`,
        });
      }
    },
  };
}

/** The role that FIS assumes to inject faults; every environment has its own. */
function faultRole(target: CheckContext["target"]): string {
  const [, partition, , , accountId] = target.outputs.compute.clusterArn.split(":");
  return `arn:${partition}:iam::${accountId}:role/${target.environment}-faults`;
}
