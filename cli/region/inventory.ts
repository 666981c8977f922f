import { join } from "node:path";
import { childEnvironment } from "../../tools/child-environment.ts";
import { checkout } from "../home.ts";

/** An independent inventory of a region: without Pulumi's state, without the region itself. */
export interface Inventory {
  readonly processes: readonly { readonly pid: number; readonly name: string; readonly why: string }[];
  readonly listeners: readonly { readonly address: string; readonly pid?: number }[];
  readonly files: readonly string[];
}

/** Far more than either takes: it only waits for the kernel. */
const withinMs = 60_000;
/** Characters. */
const outputLimit = 2 ** 20;

/** Ends every running process of the region's ledger; returns which. */
export async function sweepRegion(directory: string): Promise<readonly unknown[]> {
  const { ended } = (await ask("sweep", "--directory", directory)) as { ended: readonly unknown[] };
  return ended;
}

/** Takes inventory of a region's leftovers: processes, listeners in its network, files. */
export async function takeInventory(directory: string, network?: number): Promise<Inventory> {
  const where = network === undefined ? [] : ["--network", `127.${network}`];
  return (await ask("inventory", "--directory", directory, ...where)) as Inventory;
}

async function ask(...args: readonly string[]): Promise<unknown> {
  const { execa } = await import("execa");
  const { stdout } = await execa(process.execPath, [join(checkout, "local", "main.ts"), ...args], {
    cwd: checkout,
    env: childEnvironment("local"),
    extendEnv: false,
    stdin: "ignore",
    maxBuffer: outputLimit,
    timeout: withinMs,
    killSignal: "SIGKILL",
    cleanup: false,
  });
  return JSON.parse(stdout);
}
