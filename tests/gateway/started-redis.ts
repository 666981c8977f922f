import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { waitUntil } from "../wait-until.ts";
import type { CertificateFiles } from "./certificates.ts";
import { StartedProcess } from "./started-process.ts";

const port = 7001;

export interface RedisShape {
  readonly primaries: number;
  /** The first primary has a replica. */
  readonly replica?: boolean;
  /** Each primary has a replica. */
  readonly replicas?: boolean;
  /** How long a node may be unresponsive until it counts as failed. */
  readonly nodeTimeoutMs?: number;
  /** Clients need TLS and this password. */
  readonly secured?: { readonly tls: CertificateFiles; readonly password: string };
}

/** Plain port of the nodes where clients use TLS: for the test itself. */
const plainPort = 7002;

/** One node of a started cluster. */
export class StartedNode {
  readonly host: string;
  process: StartedProcess;
  readonly #launch: () => StartedProcess;
  readonly #password: string | undefined;

  constructor(host: string, launch: () => StartedProcess, password: string | undefined) {
    this.host = host;
    this.process = launch();
    this.#launch = launch;
    this.#password = password;
  }

  /** Restarts it after its end; it knows its cluster, and has no data. */
  restart(): void {
    this.process = this.#launch();
  }

  async command(...args: string[]): Promise<unknown> {
    const client = createClient({
      RESP: 2,
      socket: {
        host: this.host,
        port: this.#password === undefined ? port : plainPort,
        reconnectStrategy: false,
      },
      ...(this.#password === undefined ? {} : { password: this.#password }),
    });
    client.on("error", () => {});
    await client.connect();
    try {
      return await client.sendCommand(args);
    } finally {
      client.destroy();
    }
  }
}

/** A Redis Cluster of the given number of primaries, one of which may have a replica. */
export class StartedRedis {
  readonly port = port;
  readonly nodes: readonly StartedNode[];
  readonly #directory: string;

  private constructor(nodes: readonly StartedNode[], directory: string) {
    this.nodes = nodes;
    this.#directory = directory;
  }

  get host(): string {
    return this.nodes[0]!.host;
  }

  /** Addresses are `<block>.1.<n>`; replicas come after the primaries, in their order. */
  static async start(block: string, shape: RedisShape): Promise<StartedRedis> {
    const directory = await mkdtemp(join(tmpdir(), "gateway-redis-"));
    const count = shape.primaries * (shape.replicas === true ? 2 : 1) + (shape.replica === true ? 1 : 0);
    const nodes = Array.from({ length: count }, (_, index) =>
      startNode(`${block}.1.${index + 1}`, directory, shape),
    );
    const started = new StartedRedis(nodes, directory);
    try {
      await started.#form(shape.primaries);
      return started;
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  async #form(primaries: number): Promise<void> {
    for (const node of this.nodes)
      await waitUntil(`redis on ${node.host}`, () =>
        node.command("PING").then(
          () => true,
          () => false,
        ),
      );
    const share = Math.ceil(16_384 / primaries);
    for (let index = 0; index < primaries; index++) {
      const from = String(index * share);
      const to = String(Math.min((index + 1) * share, 16_384) - 1);
      await this.nodes[index]!.command("CLUSTER", "ADDSLOTSRANGE", from, to);
      await this.nodes[index]!.command("CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
    }
    // Every node meets every other: gossip would take seconds.
    for (const node of this.nodes)
      for (const other of this.nodes)
        if (node !== other) await node.command("CLUSTER", "MEET", other.host, String(port));
    for (const [index, replica] of this.nodes.slice(primaries).entries()) {
      const id = String(await this.nodes[index]!.command("CLUSTER", "MYID"));
      await waitUntil("the replica follows", () =>
        replica.command("CLUSTER", "REPLICATE", id).then(
          () => true,
          () => false,
        ),
      );
      await waitUntil("the replica is in step", async () =>
        String(await replica.command("INFO", "replication")).includes("master_link_status:up"),
      );
    }
    for (const node of this.nodes)
      await waitUntil("the cluster is formed", async () => {
        const info = String(await node.command("CLUSTER", "INFO"));
        return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${this.nodes.length}`);
      });
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.process.end()));
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function startNode(host: string, directory: string, shape: RedisShape): StartedNode {
  return new StartedNode(host, () => launchNode(host, directory, shape), shape.secured?.password);
}

function launchNode(host: string, directory: string, shape: RedisShape): StartedProcess {
  const { secured, nodeTimeoutMs = 500 } = shape;
  return StartedProcess.ofToolchain("redis-server", [
    ...[
      "--bind",
      host,
      ...listenArguments(secured),
      "--cluster-enabled",
      "yes",
      "--cluster-announce-ip",
      host,
    ],
    ...["--cluster-config-file", join(directory, `${host}.conf`), "--dir", directory],
    ...[
      "--save",
      "",
      "--appendonly",
      "no",
      "--cluster-node-timeout",
      String(nodeTimeoutMs),
      "--protected-mode",
      "no",
    ],
  ]);
}

function listenArguments(secured: RedisShape["secured"]): string[] {
  if (secured === undefined) return ["--port", String(port)];
  const { tls, password } = secured;
  return [
    ...[
      "--port",
      String(plainPort),
      "--tls-port",
      String(port),
      "--tls-cluster",
      "yes",
      "--tls-auth-clients",
      "no",
    ],
    ...["--tls-cert-file", tls.certificate, "--tls-key-file", tls.key, "--tls-ca-cert-file", tls.authority],
    ...["--requirepass", password, "--masterauth", password],
  ];
}
