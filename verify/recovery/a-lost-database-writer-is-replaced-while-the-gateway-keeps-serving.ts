import { type Check, fail, inconclusive, pass } from "../check.ts";
import { describeDatabase, isWhole, readDatabase } from "./database-cluster.ts";
import { breakUnderLoad, recoveryLimitMs } from "./experiment.ts";
import { describeOutage, judgeRecovery } from "./judge.ts";

/**
 * Provable from outside: RDS names another writer, all instances come back, no request on the authorized path
 * fails meanwhile, and new tokens are issued afterwards. That the new writer accepts writes is reported by RDS,
 * not observed here.
 */
export const aLostDatabaseWriterIsReplacedWhileTheGatewayKeepsServing: Check = {
  claim: "a lost database writer is replaced while the gateway keeps serving",
  proof:
    "RDS `FailoverDBCluster`; another instance becomes the writer, all instances recover, no GET fails, and a new token is issued and accepted; the check `recovery/a-change-during-a-failover-is-atomic` covers writes",
  timeoutMs: 900_000,
  async run(context) {
    const before = await readDatabase(context);
    context.evidence.record("cluster before", before);
    if (!isWhole(before) || before.members.length < 2 || before.writer === undefined) {
      return inconclusive(`the cluster should be healthy before the fault: ${describeDatabase(before)}`);
    }
    const { clusterIdentifier } = context.target.outputs.database;
    const rds = await context.aws.rds();
    const headers = { authorization: `Bearer ${await context.tokens.shared()}` };
    const experiment = await breakUnderLoad(context, {
      what: `failing over the database, whose writer is ${before.writer}`,
      requests: [{ label: "authorised", method: "GET", path: "/verify/echo", headers }],
      isGood: (response) => response.status === 200,
      async inject() {
        await rds.failoverDBCluster({ DBClusterIdentifier: clusterIdentifier });
      },
      async observe() {
        const now = await readDatabase(context);
        const happened = now.writer !== undefined && now.writer !== before.writer;
        const restored = happened && isWhole(now) && now.members.length === before.members.length;
        return { happened, restored, detail: describeDatabase(now) };
      },
    });
    const finding = judgeRecovery("the lost writer", experiment, recoveryLimitMs(context));
    if (finding) return finding;
    if (experiment.outage.failed > 0) return fail(`the writer was lost and ${describeOutage(experiment)}`);
    const token = await context.tokens.issue();
    const after = await context.ingress.attempt({
      path: "/verify/echo",
      headers: { authorization: `Bearer ${token}` },
    });
    const served = after.outcome === "responded" && after.status === 200;
    if (!served) return fail("a token issued after the writer was replaced is not served");
    return pass(
      `another writer and all instances after ${experiment.restoredAfterMs} ms; ${describeOutage(experiment)}`,
    );
  },
};
