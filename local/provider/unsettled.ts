import type { Resources } from "../region.ts";
import type { Resource } from "../resource.ts";

/**
 * A creation stays recorded until it is certainly in Pulumi's state: until the engine that requested it ended
 * normally, or an engine showed that it knows the id. A record that still exists when the same URN is created
 * again is the orphan of a killed run. AWS would create a second one, or refuse the name; here the orphan is
 * adopted, because a region on one machine has no owner but its environment. The records are resources of a
 * separate type, so they survive a crash.
 */
const type = "dmm:local:Unsettled";

/** Written before the creation, so that a crash leaves a trace. The inputs may be secret and are not included. */
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

/** What a killed run created under this URN without reaching the state. */
export function findOrphan(resources: Resources, wantedType: string, urn: string): Resource | undefined {
  return resources.find(wantedType, (resource) => resource.urn === urn && isUnsettled(resources, resource));
}
