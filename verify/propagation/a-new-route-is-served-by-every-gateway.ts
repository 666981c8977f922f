import { type Check, fail, inconclusive, pass } from "../check.ts";
import { addEntry } from "../client/admin.ts";
import { askEveryGateway, countGateways, describeChange, findMissing, planRoute } from "../client/fleet.ts";

/** Far above the usual value; the measured one is in the evidence. */
const longestMs = 10_000;

export const aNewRouteIsServedByEveryGateway: Check = {
  claim: "a new route is served by every gateway",
  proof:
    "404 before the change; as many gateways as ECS runs acknowledge the version, and eight connections per gateway get 200; the evidence has the time it took",
  timeoutMs: 40_000,
  async run(context) {
    const gateways = await countGateways(context);
    const name = context.uniqueName("route");
    const path = `/verify/${name}`;
    const before = await askEveryGateway(context, path, 1);
    if (before.some((status) => status !== 404))
      return inconclusive(`${path} should return 404 before its route is created but returned ${before[0]}`);
    const change = await addEntry(context, `routes/${name}`, planRoute(path));
    const after = await askEveryGateway(context, path, gateways);
    context.evidence.record("propagation", { gateways, ...change, before, after });
    const missing = findMissing(change, gateways);
    if (missing !== undefined) return fail(`version ${change.version} has the new route, but ${missing}`);
    const refused = after.filter((status) => status !== 200);
    if (refused.length > 0)
      return fail(
        `every gateway acknowledges the new route, but ${refused.length} of ${after.length} requests got ${refused[0]}`,
      );
    if (change.propagation.afterMs > longestMs) return fail(`it took too long: ${describeChange(change)}`);
    return pass(`${describeChange(change)}, and ${after.length} requests at once return 200`);
  },
};
