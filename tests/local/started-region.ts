import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { createRegion, type OwnedRegion } from "../../local/daemon/region.ts";
import type { Operations } from "../../local/operation.ts";
import type { Image } from "../../local/region.ts";
import type { Properties, Resource } from "../../local/resource.ts";
import type { ResourceHandler } from "../../local/resource-handler.ts";
import { root, tools } from "./daemon/started-region.ts";

/** A region without provider and endpoint, in a separate folder and loopback block. */
export interface StartedRegion extends AsyncDisposable {
  readonly region: OwnedRegion;
  /** Ends the region like its daemon and opens it again on the same folder. */
  reopen(): Promise<OwnedRegion>;
}

/** `network`: as `reserveNetwork` returns it. */
export async function startRegion(
  network: string,
  images: Readonly<Record<string, Image>> = {},
): Promise<StartedRegion> {
  const directory = mkdtempSync(join(tmpdir(), "dmm-region-"));
  const cache = process.env.DMM_ENV_CACHE ?? join(root, ".dmm-env", "cache");
  const open = () => createRegion({ directory, cache, network, name: "eu-west-1", tools, images });
  let region = await open();
  await region.certificates.prepare();
  return {
    get region() {
      return region;
    },
    async reopen() {
      await region.close();
      region = await open();
      return region;
    },
    async [Symbol.asyncDispose]() {
      await region.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Creates and stores a resource, like the provider. */
export async function createResource(
  region: OwnedRegion,
  handler: ResourceHandler,
  inputs: Properties,
): Promise<Resource> {
  const complete = { ...handler.defaults?.(inputs), ...inputs };
  const name = handler.type.split(":").at(-1) ?? "";
  const urn = `urn:pulumi:test::test::${handler.type}::${name}`;
  const { id, outputs } = await handler.create(region, { urn, name, inputs: complete });
  const resource = { type: handler.type, id, urn, name, inputs: complete, outputs };
  region.resources.put(resource);
  return resource;
}

/** Calls an AWS operation of the region as the operator. */
export async function ask(
  region: OwnedRegion,
  operations: Readonly<Record<string, Operations>>,
  service: string,
  call: { readonly operation: string; readonly input?: Record<string, unknown> },
): Promise<Record<string, unknown>> {
  const operation = operations[service]?.[call.operation];
  if (!operation) throw new Error(`${service} has no ${call.operation}`);
  return operation(region, {
    service,
    operation: call.operation,
    input: call.input ?? {},
    caller: { kind: "operator" },
  });
}

/** Listening addresses in the network, as the kernel lists them. */
export function listenersOf(network: string): readonly string[] {
  const listening = "0A";
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === listening)
    .map(([, local = ""]) => {
      const [address = "", port = ""] = local.split(":");
      const numbers =
        address
          .match(/../g)
          ?.reverse()
          .map((hex) => Number.parseInt(hex, 16)) ?? [];
      return `${numbers.join(".")}:${Number.parseInt(port, 16)}`;
    })
    .filter((address) => address.startsWith(`${network}.`));
}

/** The number of processes whose working directory is in the folder. */
export function processesIn(directory: string): number {
  const script = 'for p in /proc/[0-9]*; do readlink "$p/cwd" 2>/dev/null; done; true';
  return execaSync("sh", ["-c", script], { stdin: "ignore" })
    .stdout.split("\n")
    .filter((path) => path.startsWith(directory)).length;
}
