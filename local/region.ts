import type { ImageContent } from "../image/content.ts";
import type { ImageDeclaration } from "../image/declaration.ts";
import type { Properties, Resource } from "./resource.ts";

/** A program of the toolchain: what to run and the environment it needs (libraries outside the system's paths). */
export interface Tool {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of the tool's data files, if any (`mariadbd`: its `share/mysql`). */
  readonly share?: string;
}

export type ToolName = "haproxy" | "redis-server" | "mariadbd" | "mariadb-install-db" | "moto" | "node";

/** A container image as this machine knows it: the command that its container would run. */
export interface Image {
  /**
   * Command line, in which paths are relative to the content's folder; the task definition's `command` is
   * appended.
   */
  readonly entrypoint: readonly string[];
  /** What it declares about its containers. */
  readonly declaration: ImageDeclaration;
  /** The source of an image, read each time that one is requested by tag: files change while a region runs. */
  readonly content: ImageContent;
}

/** An AWS region on one machine: the context of every handler and every API operation. */
export interface Region {
  /** For example `eu-west-1`. */
  readonly name: string;
  readonly accountId: string;
  /** The first two octets of the loopback block: `127.23`. Zone n is `127.23.n.0/24`, zone 0 the edge. */
  readonly network: string;
  readonly availabilityZones: readonly string[];
  /** Folder of this region alone. Each process gets its own folder below it. */
  readonly directory: string;
  /** Folder that all regions of the machine share, for what is expensive to create and can be created again. */
  readonly cache: string;
  readonly tools: Readonly<Record<ToolName, Tool>>;
  /** Images by repository name, without registry and tag: `dmm-env/gateway`. */
  readonly images: Readonly<Record<string, Image>>;
  /** URL of the AWS APIs: `http://127.23.0.2:4566`. */
  readonly endpoint: string;
  /** URL of moto, for the region itself only; the port differs if another program uses it. */
  readonly moto: string;
  /** PEM file of the authority that signs every certificate of the region (in place of Amazon's). */
  readonly authorityFile: string;
  readonly resources: Resources;
  readonly supervisor: Supervisor;
  readonly addresses: Addresses;
  readonly certificates: Certificates;
  log(event: string, details?: Record<string, unknown>): void;
}

/** The region's store of resources; every write is on disk before it returns. */
export interface Resources {
  get(type: string, id: string): Resource | undefined;
  all(type: string): readonly Resource[];
  /** Every resource of every type, in the order of creation. */
  everything(): readonly Resource[];
  find(type: string, matches: (resource: Resource) => boolean): Resource | undefined;
  put(resource: Resource): void;
  /** Replaces the outputs of a resource that changed on its own (a failover, a new task). */
  patch(type: string, id: string, outputs: Properties): void;
  remove(type: string, id: string): void;
}

/** Loopback addresses, assigned once per owner and kept across restarts. */
export interface Addresses {
  /** The same owner always gets the same address of that zone (0 = edge); host numbers run from 10 to 250. */
  claim(zone: number, owner: string): string;
  release(owner: string): void;
}

export interface Certificates {
  /** Issues (or returns, for the same name) a server certificate; files are PEM, mode 0600. */
  issue(request: {
    readonly name: string;
    readonly dnsNames?: readonly string[];
    readonly addresses?: readonly string[];
  }): Promise<{
    readonly certificateFile: string;
    readonly keyFile: string /** certificate followed by key, as HAProxy wants it */;
    readonly bundleFile: string;
  }>;
}

/** A process to run, and when it counts as started. */
export interface ProcessSpec {
  /** Unique in the region: `haproxy/ingress`, `redis/cache-0001-001`, `task/gateway/8f3a…`. */
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /** Addresses that it listens on, `ip:port`; written to the ledger before the start. */
  readonly listens?: readonly string[];
  /** Signal that asks it to end, and the time until SIGKILL. */
  readonly stop?: { readonly signal: NodeJS.Signals; readonly withinMs: number };
  /**
   * Where standard output and error go; default `<directory>/logs/<name>.log`. `onLine` also receives standard
   * output.
   */
  readonly onLine?: (line: string) => void;
  /** Called when it ends unexpectedly. */
  readonly onExit?: (exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null }) => void;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts processes and keeps the ledger: name, pid, start time (from /proc), addresses, written before and after
 * each start.
 */
export interface Supervisor {
  start(spec: ProcessSpec): Promise<RunningProcess>;
  get(name: string): RunningProcess | undefined;
  /** Processes whose name has this prefix. */
  list(prefix: string): readonly RunningProcess[];
}
