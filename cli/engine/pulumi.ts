import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createFolder, explainFileError } from "../../machine/files.ts";
import { readProcess } from "../../machine/process.ts";
import { sendGroupSignal, sendSignal } from "../../machine/signals.ts";
import { childEnvironment } from "../../tools/child-environment.ts";
import type { EnvironmentFolder, Home } from "../home.ts";
import { disableAutomaticLogs } from "./automatic-logs.ts";
import { ensurePassphrase } from "./passphrase.ts";
import { watchEngine } from "./watch-engine.ts";

/** Everything that an engine run needs to know about its environment. */
export interface EngineSetting {
  readonly home: Home;
  readonly folder: EnvironmentFolder;
  readonly name: string;
  /** The `pulumi` program. */
  readonly command: string;
  /** Ports of the local region's providers; absent on AWS, where the engine uses its own plugins. */
  readonly providers?: { readonly aws: number; readonly awsx: number };
  readonly environment?: Readonly<Record<string, string>>;
}

export interface EngineExit {
  readonly code: number | null;
  /** The signal that ended it, if any. */
  readonly signal: NodeJS.Signals | null;
  /** Why it was killed without a request to stop. */
  readonly unresponsive?: string;
  /** Its combined output. */
  readonly output: string;
  readonly log: string;
}

/** How the engine is asked to end. */
export interface EngineSignals {
  /** Graceful: running operations are finished and recorded. */
  readonly stop?: AbortSignal;
  /** Immediate. */
  readonly kill?: AbortSignal;
  /** Time limit of a graceful stop; absent on AWS, where operations take as long as AWS needs. */
  readonly graceMs?: number;
  /** Time limit of the whole run, whatever it reports; absent on AWS. */
  readonly limitMs?: number;
}

type Ending = Pick<EngineExit, "code" | "signal" | "unresponsive">;

/**
 * Runs one `pulumi` command. It writes to a log file, not to a pipe, and has its own session: so it neither dies
 * with this process nor receives the terminal's Ctrl-C, which is forwarded once as a graceful stop. It runs in the
 * environment's own folder, by which it is found again if this process is killed.
 */
export async function runPulumi(
  setting: EngineSetting,
  args: readonly string[],
  signals?: EngineSignals,
): Promise<EngineExit> {
  createFolder(setting.folder.logs);
  await disableAutomaticLogs(setting.home);
  const log = join(setting.folder.logs, "engine.log");
  const output = openLog(log, args);
  const before = statSync(log).size;
  const child = spawn(setting.command, [...args, "--non-interactive", "--color", "never"], {
    cwd: setting.folder.engine,
    detached: true,
    stdio: ["ignore", output, output],
    env: engineEnvironment(setting),
  });
  closeSync(output);
  const exit = await watch(child, signals);
  return { ...exit, output: readFileSync(log).subarray(before).toString("utf8"), log };
}

function openLog(log: string, args: readonly string[]): number {
  try {
    const output = openSync(log, "a", 0o600);
    writeSync(output, `\n$ pulumi ${args.join(" ")}  # ${new Date().toISOString()}\n`);
    return output;
  } catch (cause) {
    throw explainFileError(log, cause);
  }
}

async function watch(child: ReturnType<typeof spawn>, signals: EngineSignals = {}): Promise<Ending> {
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const identity = child.pid === undefined ? undefined : readProcess(child.pid);
  // Includes every process that it started: they are in its group, and would keep their resources.
  const kill = () => identity !== undefined && sendGroupSignal(identity, "SIGKILL");
  let unresponsive: string | undefined;
  const watcher =
    identity &&
    watchEngine(identity, signals.limitMs, (reason) => {
      unresponsive = reason;
      kill();
    });
  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    if (identity !== undefined) sendSignal(identity, "SIGINT");
    // A stopped process receives the signal only when it continues.
    if (identity !== undefined) sendGroupSignal(identity, "SIGCONT");
    if (signals.graceMs !== undefined) grace = setTimeout(kill, signals.graceMs);
  };
  if (signals.stop?.aborted) stop();
  signals.stop?.addEventListener("abort", stop, { once: true });
  signals.kill?.addEventListener("abort", kill, { once: true });
  try {
    const exit = await ended;
    return unresponsive === undefined ? exit : { ...exit, unresponsive };
  } finally {
    watcher?.stop();
    clearTimeout(grace);
    signals.stop?.removeEventListener("abort", stop);
    signals.kill?.removeEventListener("abort", kill);
  }
}

function engineEnvironment(setting: EngineSetting): NodeJS.ProcessEnv {
  const { home, providers } = setting;
  mkdirSync(home.state, { recursive: true, mode: 0o700 });
  return {
    // With the local region's providers and state in files, the engine sends nothing outside this machine.
    ...childEnvironment(providers !== undefined && isFileBackend(home) ? "local" : "cloud"),
    PULUMI_BACKEND_URL: home.backend,
    PULUMI_HOME: home.pulumiHome,
    PULUMI_CONFIG_PASSPHRASE_FILE: ensurePassphrase(home),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Without it the engine does not accept --event-log; the Automation API sets it too.
    PULUMI_DEBUG_COMMANDS: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    ...(providers && {
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DEBUG_PROVIDERS: `aws:${providers.aws},awsx:${providers.awsx}`,
    }),
    ...setting.environment,
  };
}

function isFileBackend(home: Home): boolean {
  return home.backend.startsWith("file://");
}
