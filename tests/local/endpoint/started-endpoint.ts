import { KeyRing } from "../../../local/access/credentials.ts";
import { startEndpoint } from "../../../local/endpoint/server.ts";
import type { Operations } from "../../../local/operation.ts";
import type { Properties, Resource } from "../../../local/resource.ts";
import type { ResourceHandler } from "../../../local/resource-handler.ts";
import { handlers, operations } from "../../../local/services.ts";
import { reserveNetwork } from "../../loopback.ts";
import { openRegion, type StartedRegion, temporaryDirectory } from "../daemon/started-region.ts";

export interface StartedEndpoint extends AsyncDisposable {
  readonly region: StartedRegion;
  readonly keys: KeyRing;
  /** Settings for a real AWS client that calls as the operator. */
  readonly client: ClientSettings;
  /** Creates a resource like the provider, with AWS's defaults. */
  create(type: string, name: string, inputs: Properties): Promise<Resource>;
  update(resource: Resource, inputs: Properties): Promise<Resource>;
  remove(resource: Resource): Promise<void>;
}

export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly maxAttempts: number;
}

/** The endpoint of a region, in this process, with the region's own services behind it. */
export async function openEndpoint(
  options: { readonly operations?: Record<string, Operations> } = {},
): Promise<StartedEndpoint> {
  const folder = temporaryDirectory();
  const table = new Map(Object.entries({ ...operations, ...options.operations }));
  const { region, keys, endpoint } = await openOnReservedNetwork(folder.path, table);
  return {
    region,
    keys,
    client: {
      endpoint: region.endpoint,
      region: region.name,
      credentials: { ...keys.operator },
      maxAttempts: 1,
    },
    create: (type, name, inputs) => create(region, type, name, inputs),
    update: (resource, inputs) => update(region, resource, inputs),
    async remove(resource) {
      await find(resource.type).delete?.(region, resource);
      region.resources.remove(resource.type, resource.id);
    },
    async [Symbol.asyncDispose]() {
      await endpoint.close();
      await region.close();
      folder[Symbol.dispose]();
    },
  };
}

async function openOnReservedNetwork(directory: string, table: ReadonlyMap<string, Operations>) {
  const region = await openRegion({ directory, network: await reserveNetwork() });
  const keys = new KeyRing(region.directory);
  try {
    return { region, keys, endpoint: await startEndpoint(region, { keys, operations: table }) };
  } catch (error) {
    await region.close();
    throw error;
  }
}

function find(type: string): ResourceHandler {
  const found = handlers.find((handler) => handler.type === type);
  if (!found) throw new Error(`no handler of ${type}`);
  return found;
}

async function create(
  region: StartedRegion,
  type: string,
  name: string,
  given: Properties,
): Promise<Resource> {
  const handler = find(type);
  const inputs = { ...handler.defaults?.(given), ...given };
  const urn = `urn:pulumi:test::test::${type}::${name}`;
  const { id, outputs } = await handler.create(region, { urn, name, inputs });
  const resource: Resource = {
    type,
    id,
    urn,
    name,
    inputs,
    outputs: { ...inputs, ...outputs, tagsAll: inputs.tags ?? {} },
  };
  region.resources.put(resource);
  return resource;
}

async function update(region: StartedRegion, resource: Resource, given: Properties): Promise<Resource> {
  const handler = find(resource.type);
  const inputs = { ...handler.defaults?.(given), ...given };
  const told = (await handler.update?.(region, resource, inputs)) ?? {};
  const updated = { ...resource, inputs, outputs: { ...resource.outputs, ...inputs, ...told } };
  region.resources.put(updated);
  return updated;
}
