import { join } from "node:path";
import type { Region, Resources } from "../../../local/region.ts";
import type { Properties, Resource } from "../../../local/resource.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** The region's store in memory. */
export class MemoryResources implements Resources {
  readonly #resources = new Map<string, Resource>();

  get(type: string, id: string): Resource | undefined {
    return this.#resources.get(`${type} ${id}`);
  }

  all(type: string): readonly Resource[] {
    return this.everything().filter((resource) => resource.type === type);
  }

  everything(): readonly Resource[] {
    return [...this.#resources.values()];
  }

  find(type: string, matches: (resource: Resource) => boolean): Resource | undefined {
    return this.all(type).find(matches);
  }

  put(resource: Resource): void {
    this.#resources.set(`${resource.type} ${resource.id}`, resource);
  }

  patch(type: string, id: string, outputs: Properties): void {
    const resource = this.get(type, id);
    if (resource) this.put({ ...resource, outputs });
  }

  remove(type: string, id: string): void {
    this.#resources.delete(`${type} ${id}`);
  }
}

function absent(what: string): never {
  throw new Error(`This test's region has no ${what}: nothing that it makes runs as a process.`);
}

/** A region whose types are all records: it stores, and starts nothing. */
export interface MemoryRegion extends Region {
  readonly resources: MemoryResources;
  readonly logged: { readonly event: string; readonly details: Record<string, unknown> }[];
}

export function createMemoryRegion(): MemoryRegion {
  const logged: MemoryRegion["logged"] = [];
  return {
    name: "eu-west-1",
    accountId: "000000000000",
    network: "127.200",
    availabilityZones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
    directory: "/nonexistent",
    cache: process.env.DMM_ENV_CACHE ?? join(root, ".dmm-env", "cache"),
    tools: {} as Region["tools"],
    images: {
      "dmm-env/gateway": {
        entrypoint: ["node"],
        declaration: { environment: {}, workingDirectory: "/app" },
        content: { folder: root, workspace: "gateway" },
      },
    },
    endpoint: "http://127.200.0.2:4566",
    moto: "http://127.200.0.3:5000",
    authorityFile: "/nonexistent/authority.pem",
    resources: new MemoryResources(),
    supervisor: { start: () => absent("supervisor"), get: () => undefined, list: () => [] },
    addresses: { claim: () => absent("addresses"), release: () => {} },
    certificates: { issue: () => absent("certificates") },
    log: (event, details = {}) => void logged.push({ event, details }),
    logged,
  };
}
