import { setTimeout as delay } from "node:timers/promises";
import { type Check, type CheckContext, fail, pass, undelivered } from "../check.ts";
import { addEntry, type ConfigurationChange, changeConfiguration } from "../client/admin.ts";
import { planRoute } from "../client/fleet.ts";
import { VerifyError } from "../errors.ts";
import { type RunningLoad, startLoad } from "../load/generator.ts";
import { countKinds } from "../load/outage.ts";
import { planLoad } from "../load/plan.ts";
import { findDeliveryProblem, type LoadReport } from "../load/response.ts";
import { waitForSteadyLoad } from "../load/steady.ts";

/** Changes during the load: each replaces the route table of every gateway. */
const changes = 4;
const timeoutMs = 5_000;

export const aChangeCausesNoFailedRequest: Check = {
  claim: "a change causes no failed request",
  proof: "under steady load, a route is added and removed twice, and no request fails",
  timeoutMs: 60_000,
  async run(context) {
    const load = await startBackground(context);
    await waitForSteadyLoad(load, context.profile, context.signal);
    const failedBefore = load.responses.filter(({ status }) => status !== 200).length;
    if (failedBefore > 0)
      throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
        what: `${failedBefore} of ${load.responses.length} requests failed before any change`,
      });
    const made = await changeRoutes(context);
    await delay(context.profile.settledMs, undefined, { signal: context.signal });
    const report = await load.stop();
    recordLoad(context, report, made);
    const failed = report.responses.filter(({ status }) => status !== 200);
    if (failed.length > 0)
      return fail(
        `${failed.length} of ${report.responses.length} requests failed during ${made.length} changes: ${JSON.stringify(countKinds(failed))}`,
      );
    const problem = findDeliveryProblem(report);
    if (problem !== undefined) return undelivered(problem);
    return pass(
      `none of ${report.responses.length} requests failed during ${made.length} changes of the routes`,
    );
  },
};

async function startBackground(context: CheckContext): Promise<RunningLoad> {
  const { arrivalsPerSecond } = context.profile;
  const headers = { authorization: `Bearer ${await context.tokens.shared()}` };
  const load = await startLoad(
    planLoad(context.target, {
      requests: [{ label: "authorised", method: "GET", path: "/verify/echo", headers }],
      arrivalsPerSecond,
      longestMs: 45_000,
      timeoutMs,
      inFlight: Math.ceil((arrivalsPerSecond * timeoutMs) / 1_000) + 64,
    }),
  );
  context.defer(() => load.abandon());
  return load;
}

/** Adds and removes a route in turn. */
async function changeRoutes(context: CheckContext): Promise<readonly ConfigurationChange[]> {
  const made: ConfigurationChange[] = [];
  while (made.length < changes) {
    const name = context.uniqueName("route");
    made.push(await addEntry(context, `routes/${name}`, planRoute(`/verify/${name}`)));
    made.push(await changeConfiguration(context, { method: "DELETE", entry: `routes/${name}` }));
  }
  return made;
}

function recordLoad(context: CheckContext, report: LoadReport, made: readonly ConfigurationChange[]): void {
  const { responses, ...figures } = report;
  context.evidence.record("load", { ...figures, responses: countKinds(responses) });
  context.evidence.record("changes", made);
}
