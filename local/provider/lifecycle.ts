import { isDeepStrictEqual } from "node:util";
import { LocalError } from "../errors.ts";
import { perRegion } from "../per-region.ts";
import type { Region } from "../region.ts";
import type { Properties, Resource } from "../resource.ts";
import type { CreateRequest, ResourceHandler } from "../resource-handler.ts";
import { diffInputs } from "./diff.ts";
import { complete, updated } from "./outputs.ts";
import { findOrphan, noteCreated, noteCreation, settle, settleKnown } from "./unsettled.ts";

/**
 * Creations in progress by URN: an engine may be killed and its successor ask again while the first still runs.
 */
const underWay = perRegion(() => new Map<string, Promise<Resource>>());

/** Creates a resource, or adopts what a killed run created for the same URN (see unsettled.ts). */
export async function createResource(
  region: Region,
  handler: ResourceHandler,
  request: CreateRequest,
): Promise<Resource> {
  const creations = underWay(region);
  const before = creations.get(request.urn);
  const creation = (before?.catch(() => undefined) ?? Promise.resolve()).then(() =>
    adoptOrMake(region, handler, request),
  );
  creations.set(request.urn, creation);
  try {
    return await creation;
  } finally {
    if (creations.get(request.urn) === creation) creations.delete(request.urn);
  }
}

async function adoptOrMake(
  region: Region,
  handler: ResourceHandler,
  request: CreateRequest,
): Promise<Resource> {
  const orphan = findOrphan(region.resources, handler.type, request.urn);
  if (!orphan) return make(region, handler, request);
  const { replaces, changed } = diffInputs(handler, {
    urn: request.urn,
    name: request.name,
    oldInputs: orphan.inputs,
    news: request.inputs,
    ignoreChanges: [],
  });
  region.log("orphan", { urn: request.urn, id: orphan.id, changed });
  if (changed.length === 0) return orphan;
  if (replaces.length === 0) return updateResource(region, handler, orphan, request.inputs);
  await deleteResource(region, handler, orphan);
  return make(region, handler, request);
}

async function make(region: Region, handler: ResourceHandler, request: CreateRequest): Promise<Resource> {
  const { urn, name, inputs } = request;
  const { type } = handler;
  noteCreation(region.resources, { type, urn, name });
  try {
    const created = await handler.create(region, request);
    const outputs = complete(region, handler, inputs, created.outputs);
    const resource = { type, id: created.id, urn, name, inputs, outputs };
    region.resources.put(resource);
    noteCreated(region.resources, resource);
    return resource;
  } catch (error) {
    settle(region.resources, urn);
    throw error;
  }
}

/** Updates a resource in place and stores the result. */
export async function updateResource(
  region: Region,
  handler: ResourceHandler,
  resource: Resource,
  inputs: Properties,
): Promise<Resource> {
  const result = (await handler.update?.(region, resource, inputs)) ?? {};
  // The resource may have changed meanwhile (a failover), so its computed outputs are read again.
  const current = region.resources.get(resource.type, resource.id) ?? resource;
  const outputs = updated(region, handler, current.outputs, inputs, result);
  const next = { ...resource, inputs, outputs };
  region.resources.put(next);
  return next;
}

/** Reads the actual state; undefined when the resource is gone, which is then recorded. */
export async function readResource(
  region: Region,
  handler: ResourceHandler,
  id: string,
): Promise<Resource | undefined> {
  const resource = region.resources.get(handler.type, id);
  if (!resource || !handler.read) return resource;
  const seen = await handler.read(region, resource);
  if (!seen) {
    region.resources.remove(handler.type, id);
    return undefined;
  }
  const outputs = { ...resource.outputs, ...seen };
  if (!isDeepStrictEqual(outputs, resource.outputs)) region.resources.patch(handler.type, id, outputs);
  return { ...resource, outputs };
}

/** Deletes a resource and its record; one that is already gone counts as deleted. */
export async function deleteResource(
  region: Region,
  handler: ResourceHandler,
  resource: Resource,
): Promise<void> {
  await handler.delete?.(region, resource);
  region.resources.remove(resource.type, resource.id);
  settleKnown(region.resources, resource.urn, resource.id);
}

/** The resource that the engine names, which is certainly in its state. */
export function findKnown(region: Region, type: string, urn: string, id: string): Resource {
  const resource = region.resources.get(type, id);
  if (!resource) throw new LocalError("DMM_LOCAL_RESOURCE_GONE", { type, id });
  settleKnown(region.resources, urn, id);
  return resource;
}
