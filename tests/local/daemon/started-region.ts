import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRegion, type OwnedRegion, type RegionOptions } from "../../../local/daemon/region.ts";
import type { Tool, ToolName } from "../../../local/region.ts";
import { regionTools } from "../../../tools/resolve-tools.ts";
import { resolvedTools } from "../../installed-tools.ts";
import { reserveNetwork } from "../../loopback.ts";

const loopback = await reserveNetwork();

export const root = join(import.meta.dirname, "..", "..", "..");

/** The real tools, as the product finds them. */
export const tools: Readonly<Record<ToolName, Tool>> = regionTools(resolvedTools);

/** A folder that is removed at the end of its scope. */
export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "region-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export type StartedRegion = OwnedRegion & AsyncDisposable;

/** A region in this process; its processes end with the scope. */
export async function openRegion(
  options: Partial<RegionOptions> & { readonly directory: string },
): Promise<StartedRegion> {
  const region = await createRegion({
    network: loopback,
    name: "eu-west-1",
    tools,
    images: {},
    ...options,
  });
  return Object.assign(region, { [Symbol.asyncDispose]: () => region.close() });
}
