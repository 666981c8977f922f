import { type Check, fail, pass } from "../check.ts";
import { describeService, isFullStrength, readGatewayService } from "../client/gateway-service.ts";
import { waitUntil } from "../client/wait.ts";
import { VerifyError } from "../errors.ts";
import { breakUnderLoad, recoveryLimitMs } from "./experiment.ts";
import { describeOutage, judgeRecovery } from "./judge.ts";
import { prepareStop } from "./stop-experiment.ts";

export const aStoppedGatewayIsReplacedWithoutAFailedRequest: Check = {
  claim: "a stopped gateway is replaced without a failed request",
  proof:
    "FIS `aws:ecs:stop-task` stops one gateway, which drains; the task is replaced and healthy, and no GET fails",
  timeoutMs: 420_000,
  async run(context) {
    const before = await waitUntil(
      "the gateway at full capacity before the fault",
      async () => {
        const service = await readGatewayService(context);
        return isFullStrength(service) && service;
      },
      { withinMs: 10_000, everyMs: 200, signal: context.signal },
    );
    if (before.desired < 2)
      throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
        what: `only ${before.desired} gateway is running, so stopping it would cause an outage`,
      });
    const victim = before.tasks[0] ?? "";
    const stop = await prepareStop(context, victim);
    const token = await context.tokens.shared();
    const headers = { authorization: `Bearer ${token}` };
    const experiment = await breakUnderLoad(context, {
      what: `stopping ${victim.split("/").at(-1)}, one of ${before.desired} gateways`,
      // GET is idempotent: a balancer may retry it at another gateway (RFC 9110 section 9.2.2).
      requests: [{ label: "authorised", method: "GET", path: "/verify/echo", headers }],
      isGood: (response) => response.status === 200,
      inject: stop.start,
      async observe() {
        const service = await readGatewayService(context);
        const happened = !service.tasks.includes(victim);
        return { happened, restored: happened && isFullStrength(service), detail: describeService(service) };
      },
    });
    const finding = judgeRecovery("the stopped gateway", experiment, recoveryLimitMs(context));
    if (finding) return finding;
    if (experiment.outage.failed > 0) return fail(`a gateway was stopped and ${describeOutage(experiment)}`);
    return pass(
      `back at full capacity after ${experiment.restoredAfterMs} ms; ${describeOutage(experiment)}`,
    );
  },
};
