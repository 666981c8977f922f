import type { MigrationContext } from "./migration.ts";

interface SeededRoute {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly scope: string;
  readonly upstream?: string;
  readonly firstByteLimitMs?: number;
}

/** Routes and clients for verification; every environment has them, production included. */
const routes: readonly SeededRoute[] = [
  { name: "verify-echo", method: "GET", path: "/verify/echo", scope: "verify:read" },
  { name: "verify-echo-write", method: "POST", path: "/verify/echo", scope: "verify:write" },
  { name: "verify-slow", method: "GET", path: "/verify/slow", scope: "verify:read", firstByteLimitMs: 1000 },
  { name: "verify-stream", method: "GET", path: "/verify/stream", scope: "verify:read" },
  { name: "verify-dead", method: "GET", path: "/verify/dead", scope: "verify:read", upstream: "dead" },
];

/**
 * Refuses connections: nothing listens at the discard port of a task's own network namespace. At another address a
 * security group may drop the packets, and the upstream would be unresponsive instead.
 */
const deadUpstream = "http://127.0.0.1:9";

export async function seedVerification({ connection, upstreamUrl }: MigrationContext): Promise<void> {
  const targets = [
    ["stub", upstreamUrl],
    ["dead", deadUpstream],
  ];
  await connection.beginTransaction();
  for (const [upstream, origin] of targets) {
    await connection.query("INSERT IGNORE INTO upstreams (name) VALUES (?)", [upstream]);
    await connection.query("INSERT IGNORE INTO upstream_targets (upstream, origin) VALUES (?, ?)", [
      upstream,
      origin,
    ]);
  }
  for (const route of routes)
    await connection.query(
      `INSERT IGNORE INTO routes (name, methods, path, upstream, scopes, first_byte_limit_ms)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [
        route.name,
        route.method,
        route.path,
        route.upstream ?? "stub",
        route.scope,
        route.firstByteLimitMs ?? 30_000,
      ],
    );
  await connection.query("INSERT IGNORE INTO clients (client_id, scopes) VALUES (?, ?)", [
    "verifier",
    "verify:read verify:write",
  ]);
  await connection.query("UPDATE configuration SET version = version + 1 WHERE id = 1");
  await connection.commit();
}
