import { type Check, fail, inconclusive, pass } from "../check.ts";
import { addEntry, changeConfiguration } from "../client/admin.ts";
import { askEveryGateway, countGateways, describeChange, findMissing, planRoute } from "../client/fleet.ts";

export const aRemovedRouteIsServedByNoGateway: Check = {
  claim: "a removed route is served by no gateway",
  proof:
    "200 before the change; all gateways acknowledge the version, and eight connections per gateway get 404",
  timeoutMs: 40_000,
  async run(context) {
    const gateways = await countGateways(context);
    const name = context.uniqueName("route");
    const path = `/verify/${name}`;
    await addEntry(context, `routes/${name}`, planRoute(path));
    const before = await askEveryGateway(context, path, 1);
    if (before.some((status) => status !== 200))
      return inconclusive(
        `${path} should return 200 before its route is removed but returned ${before.join()}`,
      );
    const change = await changeConfiguration(context, { method: "DELETE", entry: `routes/${name}` });
    const after = await askEveryGateway(context, path, gateways);
    context.evidence.record("propagation", { gateways, ...change, before, after });
    const missing = findMissing(change, gateways);
    if (missing !== undefined) return fail(`version ${change.version} lacks the route, but ${missing}`);
    const served = after.filter((status) => status !== 404);
    return served.length > 0
      ? fail(
          `the route is gone everywhere, but ${served.length} of ${after.length} requests got ${served[0]}`,
        )
      : pass(`${describeChange(change)}, and ${after.length} requests at once return 404`);
  },
};
