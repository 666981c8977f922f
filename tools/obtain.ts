import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { readFreeBytes } from "../machine/disk.ts";
import type { LockHolder } from "../machine/lock.ts";
import { bundles } from "./bundles.ts";
import { ToolError, type Unobtained } from "./errors.ts";
import { openProbeMemory } from "./probe-memory.ts";
import { resolveTools } from "./resolve-tools.ts";
import { findUnpacked } from "./resolve-unit.ts";
import { takeSetupLock } from "./setup-lock.ts";
import type { Bundle, Way } from "./source.ts";
import { tools, units } from "./table.ts";
import type { BundleName, ResolvedTools, ToolName } from "./tool.ts";
import { findToolchain, type Toolchain, writeStamp } from "./toolchain.ts";
import { renderRange } from "./version-range.ts";
import { createVersion, useVersion } from "./versions.ts";

/** Progress events while tools are obtained. */
export type ObtainEvent =
  /** Another process obtains them already. */
  | { readonly kind: "waiting"; readonly holder: LockHolder }
  | {
      readonly kind: "planned";
      readonly bundles: readonly { readonly name: BundleName; readonly title: string }[];
    }
  | {
      readonly kind: "progress";
      readonly name: BundleName;
      readonly detail: string;
      readonly fraction?: number;
    }
  | { readonly kind: "obtained"; readonly name: BundleName; readonly way: string }
  | { readonly kind: "failed"; readonly name: BundleName; readonly reason: string };

export interface ObtainOptions {
  /** Only these are needed; otherwise all. */
  readonly tools?: readonly ToolName[];
  readonly observe?: (event: ObtainEvent) => void;
  readonly signal?: AbortSignal;
}

/**
 * Obtains every missing tool, all bundles concurrently, and returns the locations of all tools. Concurrent calls
 * are safe: one process works, the others wait. Throws DMM_TOOLS_UNOBTAINABLE after everything was tried, with the
 * failures of each tool, or the reason of `signal` when that fires.
 */
export async function obtainMissing(options: ObtainOptions = {}): Promise<ResolvedTools> {
  const before = await resolveTools();
  if (missingBundles(before, options).length === 0) return before;
  const toolchain = findToolchain();
  await makeFolder(toolchain.partial);
  using _lock = await takeSetupLock({
    file: toolchain.lock,
    onWait: (holder) => options.observe?.({ kind: "waiting", holder }),
    ...(options.signal && { signal: options.signal }),
  });
  // The one waited for may have obtained all.
  const now = await resolveTools();
  const wanted = missingBundles(now, options);
  if (wanted.length === 0) return now;
  await obtainBundles(wanted, toolchain, options);
  return await resolveTools();
}

function missingBundles({ missing }: ResolvedTools, options: ObtainOptions): readonly Bundle[] {
  const needed = missing.filter(({ name }) => options.tools?.includes(name) ?? true);
  const names = new Set(needed.map(({ name }) => tools[name].bundle));
  return [...names].map((name) => bundles[name]);
}

async function obtainBundles(
  wanted: readonly Bundle[],
  toolchain: Toolchain,
  options: ObtainOptions,
): Promise<void> {
  options.observe?.({ kind: "planned", bundles: wanted.map(({ name, title }) => ({ name, title })) });
  const results = await Promise.all(wanted.map((bundle) => obtainBundle(bundle, toolchain, options)));
  options.signal?.throwIfAborted();
  const failures = results.filter((result) => result !== undefined);
  if (failures.length > 0) {
    const values = { bundles: failures, toolchain: toolchain.directory };
    throw new ToolError("DMM_TOOLS_UNOBTAINABLE", values, failures[0]?.attempts.at(-1)?.error);
  }
  await rm(toolchain.partial, { recursive: true, force: true });
}

/** Tries the ways in order; undefined when one led there. */
async function obtainBundle(
  bundle: Bundle,
  toolchain: Toolchain,
  options: ObtainOptions,
): Promise<Unobtained | undefined> {
  const attempts: { way: string; error: unknown }[] = [];
  for (const way of bundle.ways) {
    try {
      await obtainBy(way, bundle, toolchain, options);
      options.observe?.({ kind: "obtained", name: bundle.name, way: way.name });
      return undefined;
    } catch (error) {
      if (options.signal?.aborted) break;
      attempts.push({ way: `${way.name} (${way.needs})`, error });
    }
  }
  const reason = attempts
    .map(({ error }) => (error instanceof Error ? error.message : String(error)))
    .join("; ");
  options.observe?.({
    kind: "failed",
    name: bundle.name,
    reason: options.signal?.aborted ? "interrupted" : reason,
  });
  return { wanted: bundle.tools.map(renderWanted), attempts, byHand: bundle.byHand };
}

async function obtainBy(
  way: Way,
  bundle: Bundle,
  toolchain: Toolchain,
  options: ObtainOptions,
): Promise<void> {
  const folder = await createVersion(toolchain, bundle.name).catch((error: unknown) => {
    throw new ToolError("DMM_TOOLS_READONLY", { folder: toolchain.versions, reason: error }, error);
  });
  try {
    await buildBundle(way, bundle, { folder, toolchain, options });
    await useVersion(toolchain, bundle.name, folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Fills the folder, checks what is in it and stamps it. */
async function buildBundle(
  way: Way,
  bundle: Bundle,
  { folder, toolchain, options }: { folder: string; toolchain: Toolchain; options: ObtainOptions },
): Promise<void> {
  requireSpace(folder, bundle.bytes);
  const { version } = await way.run({
    folder,
    keep: join(toolchain.partial, `${bundle.name}.keep`),
    ...(options.signal && { signal: options.signal }),
    progress: (detail, fraction) =>
      options.observe?.({
        kind: "progress",
        name: bundle.name,
        detail,
        ...(fraction !== undefined && { fraction }),
      }),
  });
  options.observe?.({ kind: "progress", name: bundle.name, detail: "checking" });
  await checkBundle(bundle, folder, toolchain);
  await writeStamp(folder, { version, way: way.name });
}

/** Starts every program of the bundle once. Throws DMM_TOOLS_CHECK. */
async function checkBundle(bundle: Bundle, folder: string, toolchain: Toolchain): Promise<void> {
  const memory = await openProbeMemory(toolchain.probes, true);
  for (const unit of units.filter(([leader]) => bundle.tools.includes(leader))) {
    const refused: string[] = [];
    if ((await findUnpacked(unit, folder, memory, refused)) === undefined)
      throw new ToolError("DMM_TOOLS_CHECK", { problem: refused.join(", ") });
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new ToolError("DMM_TOOLS_READONLY", { folder, reason: error }, error);
  });
}

function requireSpace(folder: string, neededBytes: number): void {
  const freeBytes = readFreeBytes(folder);
  if (freeBytes < neededBytes) throw new ToolError("DMM_TOOLS_DISK", { folder, freeBytes, neededBytes });
}

function renderWanted(name: ToolName): string {
  return `${name} (${renderRange(tools[name].wanted)})`;
}
