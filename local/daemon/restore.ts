import type { Resource, Value } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import type { OwnedRegion } from "./region.ts";

/**
 * Restores every stored resource after a restart, each as soon as everything that it refers to is restored, so
 * that independent ones start together. One that cannot be restored is logged and stays stored: its next read
 * reports it.
 */
export async function restoreResources(
  region: OwnedRegion,
  handlers: readonly ResourceHandler[],
): Promise<void> {
  const byType = new Map(handlers.map((handler) => [handler.type, handler]));
  const resources = region.resources.everything();
  const references = findReferences(resources);
  const restored = new Map<Resource, Promise<void>>();

  function restore(resource: Resource, path: readonly Resource[]): Promise<void> {
    const begun = restored.get(resource);
    if (begun) return begun;
    // Of two resources that refer to each other one must go first; neither waits forever.
    const needed = (references.get(resource) ?? []).filter((other) => !path.includes(other));
    const work = Promise.all(needed.map((other) => restore(other, [...path, resource]))).then(() =>
      restoreOne(region, byType.get(resource.type), resource),
    );
    restored.set(resource, work);
    return work;
  }

  await Promise.all(resources.map((resource) => restore(resource, [])));
}

async function restoreOne(
  region: OwnedRegion,
  handler: ResourceHandler | undefined,
  stored: Resource,
): Promise<void> {
  if (!handler?.restore) return;
  // Restoring an earlier resource may have changed what is stored of this one.
  const resource = region.resources.get(stored.type, stored.id);
  if (!resource) return;
  try {
    await handler.restore(region, resource);
  } catch (error) {
    region.regionLog.writeError("resource.not-restored", error);
    region.log("resource.not-restored", { type: resource.type, id: resource.id });
  }
}

/** Outputs by which others refer to a resource. Short values (a port, a zone) would match by coincidence. */
const namingOutputs = ["arn", "id", "name", "bucket", "dnsName", "endpoint", "configurationEndpointAddress"];
const shortestName = 4;

/**
 * For each resource those that its inputs refer to, by id, ARN or another of their names. Its own name is not a
 * reference, although a service and its target group may share one; tags are not references either.
 */
function findReferences(resources: readonly Resource[]): ReadonlyMap<Resource, readonly Resource[]> {
  const owners = new Map<string, Resource[]>();
  for (const resource of resources) {
    for (const name of namesOf(resource)) owners.set(name, [...(owners.get(name) ?? []), resource]);
  }
  return new Map(
    resources.map((resource) => {
      const own = namesOf(resource);
      const { tags: _, ...inputs } = resource.inputs;
      const texts = [...stringsOf(inputs)].filter((text) => !own.has(text));
      const named = texts.flatMap((text) => owners.get(text) ?? []);
      return [
        resource,
        [...new Set(named)].filter((other) => other !== resource && other.type !== resource.type),
      ];
    }),
  );
}

function namesOf(resource: Resource): ReadonlySet<string> {
  const outputs = namingOutputs.map((output) => resource.outputs[output]);
  const texts = [resource.id, ...outputs].filter((name) => typeof name === "string");
  return new Set(texts.filter((name) => name.length >= shortestName));
}

function* stringsOf(value: Value | undefined): Generator<string> {
  if (typeof value === "string") yield value;
  else if (Array.isArray(value)) for (const item of value) yield* stringsOf(item);
  else if (typeof value === "object" && value !== null)
    for (const item of Object.values(value)) yield* stringsOf(item);
}
