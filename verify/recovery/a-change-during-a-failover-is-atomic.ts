import { type Check, type CheckContext, type Finding, fail, inconclusive, pass } from "../check.ts";
import { askEveryGateway, countGateways } from "../client/fleet.ts";
import { waitUntil } from "../client/wait.ts";
import { VerifyError } from "../errors.ts";
import {
  type ChangeSeries,
  countAdditions,
  type SentChange,
  sendAgain,
  startChanges,
} from "./change-series.ts";
import { describeDatabase, isWhole, readDatabase } from "./database-cluster.ts";
import { recoveryLimitMs } from "./experiment.ts";

/** Changes before and after the fault, so that it falls between accepted changes. */
const around = 3;
/** Time within which every gateway serves what was stored, without intervention. */
const mostCatchUpMs = 10_000;

export const aChangeDuringAFailoverIsAtomic: Check = {
  claim: "a change during a failover is atomic",
  proof:
    "routes are added one by one through the admin site while RDS fails over; acknowledged changes are in the history exactly once, changes rejected with 503 are not, every change gets one of these two responses, the next writer accepts changes, a change that is sent again is not applied twice, and every gateway serves the last change within 10 s",
  timeoutMs: 900_000,
  async run(context) {
    const before = await readDatabase(context);
    if (!isWhole(before) || before.members.length < 2 || before.writer === undefined)
      return inconclusive(`the cluster should be healthy before the fault: ${describeDatabase(before)}`);
    const gateways = await countGateways(context);
    const series = startChanges(context);
    await waitForStored(context, series, 0);
    const lost = await loseWriter(context, before.writer);
    if (lost !== undefined) return lost;
    const replacedAt = Date.now();
    const isTaken = await waitForStored(context, series, replacedAt).catch((error: unknown) => {
      if (error instanceof VerifyError && error.code === "DMM_VERIFY_NO_CONTROL") return false;
      throw error;
    });
    await series.stop();
    const { sent } = series;
    context.evidence.record("changes", sent);
    if (isTaken === false)
      return fail(`the writer is replaced, but no change is accepted: ${describe(sent)}`);
    return (
      judgeResponses(sent) ??
      (await judgeHistory(context, sent)) ??
      (await judgeServing(context, sent, gateways)) ??
      pass(`${describe(sent)}; the history matches every response, and all gateways serve the last change`)
    );
  },
};

/** Waits until some changes that were sent after a given time are stored. Throws DMM_VERIFY_NO_CONTROL. */
async function waitForStored(context: CheckContext, series: ChangeSeries, after: number): Promise<true> {
  const isEnough = () =>
    series.sent.filter((change) => isStored(change) && change.at > after).length >= around;
  try {
    await waitUntil("changes that are stored", isEnough, {
      withinMs: recoveryLimitMs(context),
      everyMs: 20,
      signal: context.signal,
    });
    return true;
  } catch (error) {
    if (!(error instanceof VerifyError) || error.code !== "DMM_VERIFY_TIME_OVER") throw error;
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `changes should be accepted by the admin site: ${describe(series.sent)}`,
    });
  }
}

async function loseWriter(context: CheckContext, writer: string): Promise<Finding | undefined> {
  const { clusterIdentifier } = context.target.outputs.database;
  const rds = await context.aws.rds();
  context.progress(`failing over the database, whose writer is ${writer}`);
  await rds.failoverDBCluster({ DBClusterIdentifier: clusterIdentifier });
  let seen = await readDatabase(context);
  try {
    await waitUntil(
      "another writer",
      async () => {
        seen = await readDatabase(context);
        return seen.writer !== undefined && seen.writer !== writer && isWhole(seen);
      },
      { withinMs: recoveryLimitMs(context), everyMs: 100, signal: context.signal },
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof VerifyError) || error.code !== "DMM_VERIFY_TIME_OVER") throw error;
    return inconclusive(`the fault is not visible, so nothing was proven: ${describeDatabase(seen)}`);
  }
}

function judgeResponses(sent: readonly SentChange[]): Finding | undefined {
  // 409: a concurrent edit, or an earlier edit was stored although it was refused; the history shows which.
  const unclear = sent.find((change) => !isStored(change) && change.status !== 503 && change.status !== 409);
  if (unclear === undefined) return undefined;
  const how = unclear.status === undefined ? "got no response" : `got ${unclear.status}`;
  return fail(`a change should be stored or rejected with 503, but one ${how}`);
}

async function judgeHistory(
  context: CheckContext,
  sent: readonly SentChange[],
): Promise<Finding | undefined> {
  const since = sent[0]?.basedOn ?? 0;
  const counts = await countAdditions(context, since);
  const countOf = ({ name }: SentChange): number => counts.get(name) ?? 0;
  const stored = sent.filter(isStored);
  const missing = stored.filter((change) => countOf(change) === 0);
  if (missing.length > 0)
    return fail(`${missing.length} of ${stored.length} changes were acknowledged but are missing`);
  const smuggled = sent.filter((change) => !isStored(change) && countOf(change) > 0);
  if (smuggled.length > 0) return fail(`${smuggled.length} changes were rejected but are present`);
  const last = stored.at(-1);
  if (last === undefined) return inconclusive("no change was stored");
  const again = await sendAgain(context, last);
  const repeated = await countAdditions(context, since);
  context.evidence.record("sent again", { again, times: repeated.get(last.name) });
  const twice = stored.find(({ name }) => repeated.get(name) !== 1);
  return twice === undefined
    ? undefined
    : fail(
        `${twice.name} was added ${repeated.get(twice.name)} times, and sent ${twice === last ? "twice" : "once"}`,
      );
}

async function judgeServing(
  context: CheckContext,
  sent: readonly SentChange[],
  gateways: number,
): Promise<Finding | undefined> {
  const last = sent.filter(isStored).at(-1);
  const path = `/verify/${last?.name}`;
  const withinMs = Math.min(mostCatchUpMs, recoveryLimitMs(context));
  let statuses: readonly number[] = [];
  try {
    await waitUntil(
      "every gateway to serve the last change",
      async () => {
        statuses = await askEveryGateway(context, path, gateways);
        return statuses.every((status) => status === 200);
      },
      { withinMs, everyMs: 200, signal: context.signal },
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof VerifyError) || error.code !== "DMM_VERIFY_TIME_OVER") throw error;
    const others = statuses.filter((status) => status !== 200);
    return fail(
      `the last change is stored, but ${others.length} of ${statuses.length} requests get ${others[0]} ${withinMs} ms later`,
    );
  }
}

function isStored({ version }: SentChange): boolean {
  return version !== undefined;
}

function describe(sent: readonly SentChange[]): string {
  const stored = sent.filter(isStored).length;
  return `${stored} of ${sent.length} changes are stored and ${sent.length - stored} refused`;
}
