import { join } from "node:path";
import type { ProcessSpec, RunningProcess, Supervisor } from "../region.ts";
import { RegionError } from "./errors.ts";
import type { Ledger } from "./ledger.ts";
import { OutputFile } from "./output-file.ts";
import { refuseTakenPorts } from "./ports.ts";
import type { RegionLog } from "./region-log.ts";
import { type ProcessExit, StartedProcess, spawnProcess } from "./started-process.ts";

/**
 * Stop order, by name prefix: clients stop before the services that they call. Anything not listed stops with the
 * last group. The limit keeps the whole stop short; a database gets longer, because an aborted shutdown costs its
 * next start a recovery.
 */
const stopOrder: readonly { readonly prefixes: readonly string[]; readonly limitMs: number }[] = [
  { prefixes: ["task/"], limitMs: 700 },
  { prefixes: ["haproxy/", "moto"], limitMs: 500 },
  { prefixes: [""], limitMs: 3000 },
];

const outputCheckMs = 2000;

/** The folder of one process: its home, its temporary files, its default working directory. */
export function processDirectory(directory: string, name: string): string {
  return join(directory, "processes", ...name.split("/"));
}

/** Starts, tracks and ends every process of the region. */
export class ProcessSupervisor implements Supervisor {
  readonly #directory: string;
  readonly #ledger: Ledger;
  readonly #log: RegionLog;
  readonly #running = new Map<string, StartedProcess>();
  readonly #starting = new Set<string>();
  readonly #outputs = new Set<OutputFile>();
  readonly #outputCheck: NodeJS.Timeout;
  #closing = false;

  constructor(directory: string, ledger: Ledger, log: RegionLog) {
    this.#directory = directory;
    this.#ledger = ledger;
    this.#log = log;
    this.#outputCheck = setInterval(() => {
      for (const output of this.#outputs) output.cut();
    }, outputCheckMs);
    this.#outputCheck.unref();
  }

  async start(spec: ProcessSpec): Promise<RunningProcess> {
    this.#validate(spec);
    const directory = processDirectory(this.#directory, spec.name);
    this.#starting.add(spec.name);
    try {
      await refuseTakenPorts(spec.name, spec.listens ?? []);
      this.#ledger.writeStarting({ name: spec.name, directory, listens: spec.listens ?? [] });
      return await this.#spawn(spec, directory);
    } catch (error) {
      this.#ledger.writeEnded(spec.name);
      throw error;
    } finally {
      this.#starting.delete(spec.name);
    }
  }

  get(name: string): RunningProcess | undefined {
    return this.#running.get(name);
  }

  list(prefix: string): readonly RunningProcess[] {
    return [...this.#running.values()].filter((running) => running.name.startsWith(prefix));
  }

  /** Ends everything in order; nothing can be started afterwards. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const group of stopOrder) {
      const members = [...this.#running.values()].filter((running) =>
        group.prefixes.some((prefix) => running.name.startsWith(prefix)),
      );
      await Promise.all(members.map((member) => member.stop(group.limitMs)));
    }
    clearInterval(this.#outputCheck);
  }

  #validate(spec: ProcessSpec): void {
    if (this.#closing) {
      throw new RegionError("DMM_LOCAL_CLOSING", { name: spec.name });
    }
    if (this.#running.has(spec.name) || this.#starting.has(spec.name)) {
      const pid = this.#running.get(spec.name)?.pid ?? "unknown";
      throw new RegionError("DMM_LOCAL_PROCESS_RUNNING", { name: spec.name, pid });
    }
  }

  async #spawn(spec: ProcessSpec, directory: string): Promise<StartedProcess> {
    const output = new OutputFile(join(this.#directory, "logs", `${spec.name}.log`));
    const child = await spawnProcess(spec, directory, output).catch((error: unknown) => {
      output.close();
      throw error;
    });
    const running = new StartedProcess(spec, child, (exit) => this.#recordExit(running, spec, output, exit));
    this.#running.set(spec.name, running);
    this.#outputs.add(output);
    try {
      this.#ledger.writeStarted(spec.name, running.identity);
    } catch (error) {
      // A process that the ledger does not know must not run.
      await running.stop(0);
      throw error;
    }
    return running;
  }

  #recordExit(running: StartedProcess, spec: ProcessSpec, output: OutputFile, exit: ProcessExit): void {
    this.#running.delete(spec.name);
    this.#outputs.delete(output);
    output.close();
    try {
      this.#ledger.writeEnded(spec.name);
    } catch (error) {
      // A full disk: the ledger then names a process that is gone, which its readers detect.
      this.#log.writeError("ledger.failed", error);
    }
    if (running.asked) return;
    this.#log.write("process.died", { name: spec.name, pid: running.pid, ...exit });
    try {
      spec.onExit?.(exit);
    } catch (error) {
      this.#log.writeError("process.exit-handler-failed", error);
    }
  }
}
