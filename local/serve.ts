import { realpathSync } from "node:fs";
import { join } from "node:path";
import { MachineError } from "../machine/errors.ts";
import { createFolder, replaceFile } from "../machine/files.ts";
import { findListeners } from "../machine/listeners.ts";
import { ownIdentity } from "../machine/process.ts";
import { KeyRing } from "./access/credentials.ts";
import type { ServeArguments } from "./daemon/arguments.ts";
import { endStrays, regionName } from "./daemon/end-ledger-processes.ts";
import { RegionError } from "./daemon/errors.ts";
import { takeOwnership } from "./daemon/ownership.ts";
import { choosePort } from "./daemon/ports.ts";
import { createRegion, type OwnedRegion, usualEndpointPort } from "./daemon/region.ts";
import { restoreResources } from "./daemon/restore.ts";
import { type Endpoint, startEndpoint } from "./endpoint/server.ts";
import { startMoto } from "./moto.ts";
import { loadOperations } from "./operations.ts";
import type { StartedProviders } from "./provider/start.ts";
import { flushServices } from "./services.ts";

/** What ends with the daemon, besides the region itself. */
interface Serving {
  endpoint?: Endpoint;
  providers?: StartedProviders;
}

/**
 * Runs the region until it is asked to end. Resolves when it serves: `region.json` is written and `ready` is
 * printed.
 *
 * @throws RegionError if it cannot run; everything that was started has then ended
 */
export async function serve(wanted: ServeArguments): Promise<void> {
  const directory = makeDirectory(wanted.directory);
  await takeOwnership(directory, wanted.network);
  const ended = await endStrays(directory);
  if (!wanted.releasing) refuseTakenNetwork(wanted.network);
  const region = await createRegion({
    ...wanted,
    name: wanted.region,
    directory,
    endpointPort: await choosePort(`${wanted.network}.0.2`, usualEndpointPort),
  });
  surviveErrors(region);
  recordSelf(region);
  region.log("region.starting", { pid: process.pid, releasing: wanted.releasing, ended });
  const serving: Serving = {};
  const ending = endOnSignal(region, serving);
  try {
    await startServing(region, serving, wanted);
  } catch (error) {
    // Asked to end while starting: the shutdown is in progress and will exit.
    await ending.current;
    await end(region, serving);
    throw error;
  }
}

async function startServing(region: OwnedRegion, serving: Serving, wanted: ServeArguments): Promise<void> {
  const keys = new KeyRing(region.directory);
  // First, because it takes longest; only what needs it waits, and a teardown never needs it.
  if (!wanted.releasing) startMoto(region);
  if (!wanted.releasing) void warmDatabase(region);
  const [providers, { handlers }] = await Promise.all([
    openProviders(region, serving),
    import("./registry.ts"),
    openEndpoint(region, serving, wanted, keys),
    region.certificates.prepare(),
  ]);
  if (!wanted.releasing) await restoreResources(region, handlers);
  writeRegionFile(region, providers, keys);
  process.stdout.write("ready\n");
  region.log("region.ready", { aws: providers.aws, awsx: providers.awsx });
}

/**
 * The empty database is created once per machine and takes most of a second; a failure is reported to the code
 * that needs it later.
 */
async function warmDatabase(region: OwnedRegion): Promise<void> {
  const { prepareTemplate } = await import("./rds/index.ts");
  await prepareTemplate(region).catch(() => {});
}

async function openProviders(region: OwnedRegion, serving: Serving): Promise<StartedProviders> {
  const [{ handlers }, { startProviders }] = await Promise.all([
    import("./registry.ts"),
    import("./provider/start.ts"),
  ]);
  serving.providers = await startProviders(region, handlers);
  return serving.providers;
}

/** A region that only tears down runs without its endpoint if another program uses the address. */
async function openEndpoint(
  region: OwnedRegion,
  serving: Serving,
  wanted: ServeArguments,
  keys: KeyRing,
): Promise<void> {
  try {
    serving.endpoint = await startEndpoint(region, { keys, operations: await loadOperations() });
  } catch (error) {
    if (!wanted.releasing) throw error;
    region.regionLog.writeError("endpoint.absent", error);
  }
}

function makeDirectory(path: string): string {
  try {
    createFolder(path);
    return realpathSync(path);
  } catch (cause) {
    if (cause instanceof MachineError && cause.code === "DMM_MACHINE_DISK_FULL") throw cause;
    const problem = `--directory ${path} cannot be created: ${(cause as Error).message}.`;
    const hint = "Specify a folder that this user can write to.";
    throw new RegionError("DMM_LOCAL_ARGUMENT", { problem, hint }, cause);
  }
}

/** Detected before anything is created: later, each component would fail with its own message. */
function refuseTakenNetwork(network: string): void {
  const taken = findListeners(network).map(
    ({ address, pid }) => `${address} (pid ${pid ?? "of another user"})`,
  );
  if (taken.length === 0) return;
  const problem = `The network ${network}.0.0/16 already has listeners: ${taken.join(", ")}.`;
  const hint = "End those processes, or use another address block for the environment.";
  throw new RegionError("DMM_LOCAL_ADDRESS_TAKEN", { problem, hint });
}

/** An unhandled error must not end thirty processes; it is logged with its stack. */
function surviveErrors(region: OwnedRegion): void {
  process.on("uncaughtException", (error) => region.regionLog.writeError("error.uncaught", error));
  process.on("unhandledRejection", (error) => region.regionLog.writeError("error.unhandled", error));
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

/** The region is in its own ledger, so that a sweep ends it before it could start anything again. */
function recordSelf(region: OwnedRegion): void {
  region.ledger.writeStarting({ name: regionName, directory: region.directory, listens: [region.endpoint] });
  region.ledger.writeStarted(regionName, ownIdentity());
}

function endOnSignal(region: OwnedRegion, serving: Serving): { current: Promise<void> | undefined } {
  const ending: { current: Promise<void> | undefined } = { current: undefined };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => {
      ending.current ??= end(region, serving)
        .catch((error: unknown) => region.regionLog.writeError("region.end-failed", error))
        .then(() => process.exit(0));
    });
  }
  return ending;
}

/** New work is refused first, then every process ends in order, then pending data of services is written. */
async function end(region: OwnedRegion, serving: Serving): Promise<void> {
  region.log("region.ending");
  await serving.providers?.close();
  await region.supervisor.close();
  await flushServices(region);
  await serving.endpoint?.close();
  region.ledger.writeEnded(regionName);
  await region.close();
  region.log("region.ended");
}

function writeRegionFile(region: OwnedRegion, providers: StartedProviders, keys: KeyRing): void {
  const content = {
    ...ownIdentity(),
    providers: { aws: providers.aws, awsx: providers.awsx },
    endpoint: region.endpoint,
    accountId: region.accountId,
    region: region.name,
    network: region.network,
    authorityFile: region.authorityFile,
    credentials: keys.operator,
  };
  replaceFile(join(region.directory, "region.json"), `${JSON.stringify(content, undefined, 2)}\n`);
}
