import type { Resources } from "../region.ts";
import type { Resource } from "../resource.ts";

/**
 * A creation stays noted until it is certain that Pulumi's state has it: until the engine that asked for it ended in order,
 * or an engine showed that it knows the id. What is still noted when the same URN is created again is the orphan of a
 * killed run. AWS would make a second one, or refuse the name; here the orphan is taken over, because a region on one
 * machine has no owner but its environment. The notes are resources of a type of their own, so they survive a crash.
 */
const type = "dmm:local:Unsettled";

/** Written before anything is made, so that a crash in the middle leaves a trace. The inputs may be secret and stay out. */
export function noteCreation(resources: Resources, of: { type: string; urn: string; name: string }): void {
  resources.put({ type, id: of.urn, urn: of.urn, name: of.name, inputs: { type: of.type }, outputs: {} });
}

export function noteCreated(resources: Resources, created: Resource): void {
  resources.put({
    type,
    id: created.urn,
    urn: created.urn,
    name: created.name,
    inputs: { type: created.type },
    outputs: { id: created.id },
  });
}

/** The creation failed cleanly, or the engine knows its result. */
export function settle(resources: Resources, urn: string): void {
  if (resources.get(type, urn)) resources.remove(type, urn);
}

/** An engine named this id, so its state has it. */
export function settleKnown(resources: Resources, urn: string, id: string): void {
  if (resources.get(type, urn)?.outputs.id === id) resources.remove(type, urn);
}

export function isUnsettled(resources: Resources, resource: Resource): boolean {
  return resources.get(type, resource.urn)?.outputs.id === resource.id;
}

/** What a killed run made under this URN and no state knows. */
export function findOrphan(resources: Resources, wantedType: string, urn: string): Resource | undefined {
  return resources.find(wantedType, (resource) => resource.urn === urn && isUnsettled(resources, resource));
}
