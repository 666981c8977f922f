import { type Check, fail, inconclusive, pass } from "../check.ts";
import { addEntry, askAdmin, readVersion, sendEdit } from "../client/admin.ts";
import { planRoute } from "../client/fleet.ts";

export const aStaleEditIsRefused: Check = {
  claim: "a stale edit is refused",
  proof: "an edit based on the previous version gets 409 and is not stored",
  timeoutMs: 20_000,
  async run(context) {
    const name = context.uniqueName("route");
    const entry = `routes/${name}`;
    const basedOn = await readVersion(context);
    // A concurrent edit.
    const change = await addEntry(context, entry, planRoute(`/verify/${name}`));
    if (change.version <= basedOn)
      return inconclusive(`a change should create a version above ${basedOn} but created ${change.version}`);
    const value = planRoute(`/verify/${name}-stale`);
    const response = await sendEdit(context, { method: "PUT", entry, value }, basedOn);
    const kept = await askAdmin(context, { path: `/api/${entry}` });
    context.evidence.record("a stale edit", {
      basedOn,
      current: change.version,
      status: response.status,
      kept: kept.status,
    });
    if (response.status !== 409)
      return fail(
        `an edit of version ${basedOn}, while ${change.version} is current, should return 409 but returned ${response.status}`,
      );
    if (kept.status !== 200) return inconclusive(`the route should be readable but got ${kept.status}`);
    return kept.body.includes(`${name}-stale`)
      ? fail("a stale edit returns 409 but is stored")
      : pass(
          `an edit of version ${basedOn}, while ${change.version} is current, returns 409 and is not stored`,
        );
  },
};
