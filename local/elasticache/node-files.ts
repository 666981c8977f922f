import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CacheNode } from "./topology.ts";
import { slotsOf } from "./topology.ts";

/** Shared by all nodes of a group. */
export interface GroupSettings {
  readonly port: number;
  readonly shards: number;
  readonly tls: boolean;
  readonly token: string | undefined;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly authorityFile: string;
  /** From the parameter group, by Redis's own names. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Milliseconds after which Redis itself considers an unresponsive node failed. The region promotes a replica the
 * moment a primary's process ends, so this only matters for hung nodes and a dead region; lower values mistake a
 * busy machine for a failure.
 */
const nodeTimeoutMs = 2000;

/** `forming`: primary and replica are swapped in the file, see {@link formCluster}. `plain`: as planned. */
export type Arrangement = "forming" | "plain";

/** Writes both files of a new node. */
export function writeNodeFiles(
  node: CacheNode,
  nodes: readonly CacheNode[],
  settings: GroupSettings,
  arrangement: Arrangement,
): void {
  mkdirSync(node.directory, { recursive: true, mode: 0o700 });
  writeConfiguration(node, settings);
  writeFileSync(join(node.directory, "nodes.conf"), renderNodes(node, nodes, settings, arrangement), {
    mode: 0o600,
  });
}

/** Writes `redis.conf`, the only place of the token: arguments and environment are visible to other users. */
export function writeConfiguration(node: CacheNode, settings: GroupSettings): void {
  writeFileSync(join(node.directory, "redis.conf"), renderConfiguration(node, settings), { mode: 0o600 });
}

/** Deletes the node's data, so that a crashed node cannot restore what was deleted meanwhile. */
export function forgetData(node: CacheNode): void {
  rmSync(join(node.directory, "dump.rdb"), { force: true });
}

function renderConfiguration(node: CacheNode, settings: GroupSettings): string {
  const transport = settings.tls
    ? [
        "port 0",
        `tls-port ${settings.port}`,
        "tls-cluster yes",
        "tls-replication yes",
        "tls-auth-clients no",
        "tls-session-caching no",
        `tls-cert-file ${quote(settings.certificateFile)}`,
        `tls-key-file ${quote(settings.keyFile)}`,
        `tls-ca-cert-file ${quote(settings.authorityFile)}`,
        `cluster-announce-tls-port ${settings.port}`,
      ]
    : [`port ${settings.port}`, `cluster-announce-port ${settings.port}`];
  const token =
    settings.token === undefined
      ? []
      : [`requirepass ${quote(settings.token)}`, `masterauth ${quote(settings.token)}`];
  const lines = [
    `bind ${node.address}`,
    // Without both of these its peers see it as 127.0.0.1, and replication never settles.
    `bind-source-addr ${node.address}`,
    `cluster-announce-ip ${node.address}`,
    ...transport,
    ...token,
    "daemonize no",
    "cluster-enabled yes",
    "cluster-config-file nodes.conf",
    `cluster-node-timeout ${nodeTimeoutMs}`,
    "cluster-replica-validity-factor 0",
    "cluster-allow-replica-migration no",
    "repl-diskless-sync yes",
    "repl-diskless-sync-delay 0",
    "repl-ping-replica-period 1",
    // Like ElastiCache without backups: memory only. A requested stop keeps the data for the next start.
    "appendonly no",
    'save ""',
    "shutdown-on-sigterm save now",
    "stop-writes-on-bgsave-error no",
    "loglevel notice",
    ...Object.entries(settings.parameters).map(([name, value]) => `${name} ${quote(value)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function quote(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** Redis reads its cluster from this file as if it had known it before: nodes need no introduction. */
function renderNodes(
  self: CacheNode,
  nodes: readonly CacheNode[],
  settings: GroupSettings,
  arrangement: Arrangement,
): string {
  const lines = nodes.map((node) => {
    const leader = leaderOf(node, nodes, arrangement);
    const place = `${node.address}:${settings.port}@${settings.port + 10_000}`;
    const mine = node === self ? "myself," : "";
    const epoch = leader.shardIndex + 1;
    const link = "connected";
    return node === leader
      ? `${node.id} ${place} ${mine}master - 0 0 ${epoch} ${link} ${slotsOf(node.shardIndex, settings.shards)}`
      : `${node.id} ${place} ${mine}slave ${leader.id} 0 0 ${epoch} ${link}`;
  });
  // Distinct, so that the takeovers that follow end with distinct epochs too.
  const current = settings.shards + self.shardIndex;
  return `${lines.join("\n")}\nvars currentEpoch ${current} lastVoteEpoch 0\n`;
}

function leaderOf(node: CacheNode, nodes: readonly CacheNode[], arrangement: Arrangement): CacheNode {
  const wanted = arrangement === "forming" ? 1 : 0;
  return nodes.find((other) => other.shardIndex === node.shardIndex && other.memberIndex === wanted) ?? node;
}
