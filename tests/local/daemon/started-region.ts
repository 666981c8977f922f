import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRegion, type OwnedRegion, type RegionOptions } from "../../../local/daemon/region.ts";
import type { Part, PartName } from "../../../local/region.ts";

export const root = join(import.meta.dirname, "..", "..", "..");
const toolchain = process.env.DMM_ENV_TOOLCHAIN ?? join(root, ".dmm-env", "toolchain");
const debian = join(toolchain, "debian");
const debianEnvironment = {
  LD_LIBRARY_PATH: [join(debian, "usr/lib/x86_64-linux-gnu"), join(debian, "lib/x86_64-linux-gnu")].join(":"),
};

/** The real parts, where the tests' set-up put them. */
export const parts: Readonly<Record<PartName, Part>> = {
  haproxy: { command: join(debian, "usr/sbin/haproxy"), environment: debianEnvironment },
  "redis-server": { command: join(debian, "usr/bin/redis-server"), environment: debianEnvironment },
  mariadbd: {
    command: join(debian, "usr/sbin/mariadbd"),
    environment: debianEnvironment,
    share: join(debian, "usr/share/mysql"),
  },
  "mariadb-install-db": {
    command: join(debian, "usr/bin/mariadb-install-db"),
    environment: debianEnvironment,
    share: join(debian, "usr/share/mysql"),
  },
  moto: { command: join(toolchain, "moto", "bin", "moto_server"), environment: {} },
  node: { command: process.execPath, environment: {} },
};

/** A folder that is gone at the end of its scope. */
export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "region-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export type StartedRegion = OwnedRegion & AsyncDisposable;

/** A region in this process, with its processes ended at the end of the scope. */
export async function openRegion(
  options: Partial<RegionOptions> & { readonly directory: string },
): Promise<StartedRegion> {
  const region = await createRegion({ network: "127.201", name: "eu-west-1", parts, images: {}, ...options });
  return Object.assign(region, { [Symbol.asyncDispose]: () => region.close() });
}

/** Waits for a condition, at most so long, and names it when it does not come. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 5000,
): Promise<void> {
  const until = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > until) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
