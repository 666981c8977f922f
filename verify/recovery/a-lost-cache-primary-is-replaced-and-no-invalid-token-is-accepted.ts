import { randomBytes } from "node:crypto";
import { type Check, type CheckContext, type Finding, fail, inconclusive, pass } from "../check.ts";
import type { LoadRequest } from "../load/plan.ts";
import type { LoadResponse } from "../load/response.ts";
import { type CacheShard, createFailoverReport, readShards } from "./cache-shard.ts";
import { breakUnderLoad, type Experiment, type FaultState, recoveryLimitMs } from "./experiment.ts";
import { describeOutage, judgeRecovery } from "./judge.ts";

const path = "/verify/echo";
const bogus = "a token that was never issued";

export const aLostCachePrimaryIsReplacedAndNoInvalidTokenIsAccepted: Check = {
  claim: "a lost cache primary is replaced and no invalid token is accepted",
  proof:
    "ElastiCache `TestFailover`; during the failover 503 is the only failure allowed, a token that was never issued is never accepted, a valid one is never denied, and all tokens issued before remain valid afterwards",
  timeoutMs: 600_000,
  async run(context) {
    const shards = await readShards(context);
    context.evidence.record("shards before", shards);
    const unready = shards.find((shard) => !shard.available || shard.members < 2);
    if (shards.length === 0 || unready)
      return inconclusive(`shard ${unready?.id ?? "?"} has no replica ready before the fault`);
    const tokens = await Promise.all(
      Array.from({ length: context.profile.tokens }, () => context.tokens.issue()),
    );
    // A short run loses one shard; tokens of the other shards show that they are not affected.
    const victims = context.profile.name === "full" ? shards : shards.slice(0, 1);
    let finding: Finding = inconclusive("the cache has no shard");
    for (const shard of victims) {
      finding = await losePrimary(context, shard, tokens);
      if (finding.verdict !== "passed") return finding;
    }
    return finding;
  },
};

async function losePrimary(
  context: CheckContext,
  shard: CacheShard,
  tokens: readonly string[],
): Promise<Finding> {
  const report = createFailoverReport(context, new Date());
  const { replicationGroupId } = context.target.outputs.cache;
  const cache = await context.aws.elastiCache();
  const experiment = await breakUnderLoad(context, {
    what: `failing over shard ${shard.id} of ${replicationGroupId}`,
    requests: mixRequests(tokens),
    isGood: isServed,
    async inject() {
      await cache.testFailover({ ReplicationGroupId: replicationGroupId, NodeGroupId: shard.id });
    },
    async observe(responses) {
      const now = (await readShards(context)).find((candidate) => candidate.id === shard.id);
      return judgeShard(shard, now, { event: await report(), clientsSawIt: !responses.every(isServed) });
    },
  });
  const finding =
    judgeResponses(experiment) ?? judgeRecovery("the lost primary", experiment, recoveryLimitMs(context));
  if (finding) return finding;
  const lost = await findLostTokens(context, tokens);
  context.evidence.record("tokens issued before the fault", {
    issued: tokens.length,
    lost: lost.length,
    responses: lost,
  });
  if (lost.length > 0)
    return fail(
      `${lost.length} of ${tokens.length} tokens issued before the fault are lost (${lost.join(", ")})`,
    );
  return pass(
    `shard ${shard.id} is back at full capacity after ${experiment.restoredAfterMs} ms; ${describeOutage(experiment)}; ` +
      `no invalid token was accepted and ${tokens.length} of ${tokens.length} tokens are still valid`,
  );
}

/** Tokens spread over all shards by their keys, and as many that were never issued, spread equally. */
function mixRequests(tokens: readonly string[]): readonly LoadRequest[] {
  const requestOf = (label: string, token: string): LoadRequest => ({
    label,
    method: "GET",
    path,
    headers: { authorization: `Bearer ${token}` },
  });
  return tokens.flatMap((token) => [
    requestOf("issued token", token),
    requestOf(bogus, randomBytes(32).toString("base64url")),
  ]);
}

function isServed(response: LoadResponse): boolean {
  return response.status === (response.label === bogus ? 401 : 200);
}

/** During the outage 503 is correct; any other wrong response breaks the claim. */
function judgeResponses(experiment: Experiment): Finding | undefined {
  const { responses } = experiment.report;
  const letIn = responses.filter(
    (response) => response.label === bogus && response.status >= 200 && response.status < 400,
  );
  if (letIn.length > 0)
    return fail(`${letIn.length} requests with a token that was never issued were accepted`);
  const denied = responses.filter(
    (response) => response.label !== bogus && (response.status === 401 || response.status === 403),
  );
  if (denied.length > 0)
    return fail(`${denied.length} requests with a valid token were rejected as unauthorized`);
  const wrong = responses.filter((response) => !isServed(response) && response.status !== 503);
  if (wrong.length > 0)
    return fail(`the outage should cause only 503 responses: ${describeOutage(experiment)}`);
  return undefined;
}

/** The loss shows in an event, in the shard's state, or to the clients: any of them proves that it happened. */
function judgeShard(
  before: CacheShard,
  now: CacheShard | undefined,
  signs: { readonly event: string | undefined; readonly clientsSawIt: boolean },
): FaultState {
  if (now === undefined)
    return { happened: false, restored: false, detail: `shard ${before.id} is not listed` };
  return {
    happened: signs.event !== undefined || !now.available || signs.clientsSawIt,
    restored: now.available && now.members === before.members,
    detail: signs.event ?? `shard ${now.id} is ${now.available ? "available" : "not available"}`,
  };
}

async function findLostTokens(context: CheckContext, tokens: readonly string[]): Promise<readonly string[]> {
  const client = context.ingress.open();
  context.defer(client.close);
  const responses = await Promise.all(
    tokens.map((token) =>
      client.attempt({ path, headers: { authorization: `Bearer ${token}` }, signal: context.signal }),
    ),
  );
  return responses.flatMap((response) => {
    if (response.outcome !== "responded") return [response.outcome];
    return response.status === 200 ? [] : [String(response.status)];
  });
}
