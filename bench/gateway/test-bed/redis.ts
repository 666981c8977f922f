import { createClient } from "@redis/client";
import { findTool } from "../processes/programs.ts";
import { StartedProcess } from "../processes/started-process.ts";
import type { CertificateFiles } from "./certificates.ts";

/** A Redis Cluster that serves plain and over TLS. */
export interface StartedRedis extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly pids: readonly number[];
}

const port = 7001;
const tlsPort = 7002;
const slots = 16_384;

/** A cluster of primaries at these addresses, each with its share of the slots, without replicas. */
export async function startRedis(
  hosts: readonly string[],
  directory: string,
  certificates: CertificateFiles,
): Promise<StartedRedis> {
  const nodes = hosts.map((host) => startNode(host, directory, certificates));
  const share = Math.ceil(slots / hosts.length);
  for (const [index, host] of hosts.entries()) {
    await nodes[index]!.waitUntil(`Redis to respond on ${host}`, () =>
      command(host, "PING").then(
        () => true,
        () => false,
      ),
    );
    const last = Math.min((index + 1) * share, slots) - 1;
    await command(host, "CLUSTER", "ADDSLOTSRANGE", String(index * share), String(last));
    await command(host, "CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
  }
  for (const host of hosts)
    for (const other of hosts)
      if (host !== other) await command(host, "CLUSTER", "MEET", other, String(tlsPort));
  for (const [index, host] of hosts.entries())
    await nodes[index]!.waitUntil("the cluster is formed", async () => {
      const info = String(await command(host, "CLUSTER", "INFO"));
      return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${hosts.length}`);
    });
  return {
    host: hosts[0]!,
    port,
    tlsPort,
    pids: nodes.map(({ pid }) => pid),
    async [Symbol.asyncDispose]() {
      for (const node of nodes) await node[Symbol.asyncDispose]();
    },
  };
}

function startNode(
  host: string,
  directory: string,
  { authority, certificate, key }: CertificateFiles,
): StartedProcess {
  const settings = {
    bind: host,
    port,
    "tls-port": tlsPort,
    "tls-cert-file": certificate,
    "tls-key-file": key,
    "tls-ca-cert-file": authority,
    "tls-auth-clients": "no",
    // Required for each node to know both ports of the others.
    "tls-cluster": "yes",
    "cluster-enabled": "yes",
    "cluster-announce-ip": host,
    "cluster-config-file": `${directory}/redis-${host}.conf`,
    "cluster-node-timeout": 5000,
    dir: directory,
    save: "",
    appendonly: "no",
    "protected-mode": "no",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { command, environment } = findTool("redis-server");
  return new StartedProcess({ command, args, environment, place: "test-bed" });
}

async function command(host: string, ...args: string[]): Promise<unknown> {
  const client = createClient({ RESP: 2, socket: { host, port, reconnectStrategy: false } });
  client.on("error", () => {});
  await client.connect();
  try {
    return await client.sendCommand(args);
  } finally {
    client.destroy();
  }
}
