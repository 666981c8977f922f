import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pollUntil } from "../../machine/wait.ts";
import { LocalError } from "../errors.ts";
import type { Region, RunningProcess } from "../region.ts";
import { sendCommand } from "./admin-socket.ts";

const startWithinMs = 5000;
const restartAfterMs = 50;

/** What one HAProxy serves: its configuration without the `global` part, and its listening addresses. */
export interface HaproxyPlan {
  readonly configuration: string;
  readonly listens: readonly string[];
  /** It may write to `fd@3`, which is the file `access-<generation>.log` in its folder. */
  readonly logs?: boolean;
}

/**
 * One HAProxy in the foreground, known to the region as `haproxy/<name>`. A new plan starts a second process that
 * takes the listening sockets over from the first, which finishes its connections and then ends: no connection is
 * refused in between. A process that dies is restarted.
 */
export class Haproxy {
  /** The folder of all files that the process reads; also its working directory. */
  readonly directory: string;
  readonly #region: Region;
  readonly #name: string;
  #generation = 0;
  #process: RunningProcess | undefined;
  #plan: HaproxyPlan | undefined;
  #ended = false;
  /** Called after a restart, when run-time changes are lost. */
  onRestart: (() => void) | undefined;

  constructor(region: Region, name: string) {
    this.#region = region;
    this.#name = name;
    this.directory = join(region.directory, "haproxy", name);
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    this.#forgetServerStates();
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** True while a process of that generation runs, serving or finishing its connections. */
  readonly isRunning = (generation: number): boolean =>
    this.#region.supervisor.get(`haproxy/${this.#name}@${generation}`) !== undefined;

  /** Starts serving the plan, or changes to it. */
  async serve(plan: HaproxyPlan): Promise<void> {
    const before = this.#process;
    if (before) await this.#saveServerStates();
    this.#plan = plan;
    this.#process = await this.#start(plan, before);
  }

  /** Runs commands on the admin socket; a run-time change costs about a millisecond. */
  command(command: string): Promise<string> {
    if (!this.#process) return Promise.reject(new Error(`haproxy/${this.#name} is not running`));
    return sendCommand(this.#socketPath(this.#process), command);
  }

  /**
   * Ends former processes that are still finishing their connections. They can no longer be controlled: they
   * passed their admin sockets on.
   */
  async endFormer(): Promise<void> {
    const former = this.#region.supervisor
      .list(`haproxy/${this.#name}@`)
      .filter((running) => running.pid !== this.#process?.pid);
    await Promise.all(former.map((running) => running.stop()));
  }

  /** Ends the process; it can be served again. */
  async stop(): Promise<void> {
    this.#process = undefined;
    const mine = this.#region.supervisor.list(`haproxy/${this.#name}@`);
    for (const running of mine) running.kill("SIGKILL");
    await Promise.all(mine.map((running) => running.stop()));
  }

  /** Ends the process permanently and deletes its files. */
  async remove(): Promise<void> {
    this.#ended = true;
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #start(plan: HaproxyPlan, before: RunningProcess | undefined): Promise<RunningProcess> {
    this.#generation += 1;
    const generation = this.#generation;
    const file = `${generation}.cfg`;
    writeFileSync(join(this.directory, file), renderGlobal(generation) + plan.configuration, { mode: 0o600 });
    const takeOver = before ? ["-sf", String(before.pid), "-x", this.#socketPath(before)] : [];
    const started = await this.#region.supervisor.start({
      name: `haproxy/${this.#name}@${generation}`,
      ...withLogFile(plan.logs ? `access-${generation}.log` : undefined, [
        this.#region.tools.haproxy.command,
        "-db",
        "-f",
        file,
        ...takeOver,
      ]),
      environment: this.#region.tools.haproxy.environment,
      workingDirectory: this.directory,
      listens: plan.listens,
      // SIGUSR1 would wait for every client, which would delay stopping the region.
      stop: { signal: "SIGTERM", withinMs: 1000 },
      onExit: () => this.#restart(generation),
    });
    await this.#waitUntilServing(started, generation);
    if (before) rmSync(join(this.directory, `${generation - 1}.cfg`), { force: true });
    return started;
  }

  async #waitUntilServing(started: RunningProcess, generation: number): Promise<void> {
    let gone = false;
    void started.exited.then(() => {
      gone = true;
    });
    const path = `/proc/${started.pid}/cwd/${generation}.sock`;
    const find = async () => {
      if (gone) return "gone";
      const response = await sendCommand(path, "show version").catch(() => "");
      return response !== "" && "serving";
    };
    if ((await pollUntil(find, { withinMs: startWithinMs, everyMs: 4 })) === "serving") return;
    if (!gone) await started.stop();
    throw new LocalError("DMM_LOCAL_PART_NOT_SERVING", {
      part: `haproxy/${this.#name}`,
      reason: gone ? this.#lastOutput(generation) : `no response within ${startWithinMs} ms`,
    });
  }

  #restart(generation: number): void {
    // The generation that passed its sockets on ends as expected.
    if (this.#ended || generation !== this.#generation || !this.#process) return;
    this.#process = undefined;
    void (async () => {
      while (!this.#ended && !this.#process) {
        await delay(restartAfterMs);
        // It may have changed since the process ended.
        const plan = this.#plan;
        if (plan === undefined) return;
        try {
          this.#forgetServerStates();
          this.#process = await this.#start(plan, undefined);
          this.onRestart?.();
        } catch (error) {
          this.#region.log("haproxy.restart-failed", { name: this.#name, reason: (error as Error).message });
          if (isClosing(error)) return;
        }
      }
    })();
  }

  /** Server states of a dead process are stale. */
  #forgetServerStates(): void {
    writeFileSync(join(this.directory, "servers.state"), "");
  }

  async #saveServerStates(): Promise<void> {
    const states = await this.command("show servers state").catch(() => "");
    writeFileSync(join(this.directory, "servers.state"), `${states}\n`);
  }

  #lastOutput(generation: number): string {
    const log = join(this.#region.directory, "logs", "haproxy", `${this.#name}@${generation}.log`);
    try {
      const lines = readFileSync(log, "utf8").trim().split("\n");
      return (
        lines
          .filter((line) => /ALERT/.test(line))
          .slice(0, 3)
          .join(" ") || lines.slice(-2).join(" ")
      );
    } catch {
      return "it wrote nothing";
    }
  }

  // Through the process's own folder: a socket's path may have 107 bytes, a checkout's may be longer.
  #socketPath(running: RunningProcess): string {
    return `/proc/${running.pid}/cwd/${running.name.split("@").at(-1)}.sock`;
  }
}

/**
 * HAProxy cannot open a file for its log, but writes to an inherited descriptor; the shell that opens it becomes
 * HAProxy.
 */
function withLogFile(logFile: string | undefined, [program = "", ...rest]: readonly string[]) {
  if (logFile === undefined) return { command: program, arguments: rest };
  return { command: "/bin/sh", arguments: ["-c", `exec "$0" "$@" 3>${logFile}`, program, ...rest] };
}

/** True for an error because the region is shutting down, so nothing may be started. */
function isClosing(error: unknown): boolean {
  return (error as { code?: string }).code === "DMM_LOCAL_CLOSING";
}

function renderGlobal(generation: number): string {
  return `global
  nbthread 1
  maxconn 8000
  # A lower limit of open files costs connections, not the start.
  no strict-limits
  stats socket unix@${generation}.sock mode 600 level admin expose-fd listeners
  stats timeout 10s
  server-state-file servers.state
  hard-stop-after 300s
  # A header section of 64 KiB, as on AWS, and room for added fields, above all a certificate: a body in the same packet
  # fills the rest of a buffer, and without room the request would get a 500.
  tune.bufsize 81920
  tune.maxrewrite 16384
  # AWS limits bytes, not fields: targets refuse too many of them themselves.
  tune.http.maxhdr 2000
  tune.ssl.cachesize 0
  tune.ssl.default-dh-param 2048
  ssl-default-bind-options no-tls-tickets
  log stdout format raw local0 info

`;
}
