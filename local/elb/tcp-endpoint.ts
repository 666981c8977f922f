import type { Region } from "../region.ts";
import type { Haproxy } from "./haproxy.ts";

/** One address that leads to some of several servers, as an Aurora or ElastiCache endpoint does by DNS. */
export interface TcpEndpoint {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly algorithm: "leastconn" | "roundrobin";
  /** Servers that may ever serve here, and whether each does at first. */
  readonly servers: readonly {
    readonly name: string;
    readonly address: string;
    readonly port: number;
    readonly ready: boolean;
  }[];
  /** HAProxy looks at the servers itself; without it, whoever owns the endpoint says which are ready. */
  readonly checked: boolean;
}

/** A HAProxy in TCP mode that serves one or more endpoints to the region's own network. */
export async function serveEndpoints(
  region: Region,
  haproxy: Haproxy,
  endpoints: readonly TcpEndpoint[],
): Promise<void> {
  await haproxy.serve({
    configuration: defaults + endpoints.map((endpoint) => renderEndpoint(region, endpoint)).join("\n"),
    listens: endpoints.map((endpoint) => `${endpoint.address}:${endpoint.port}`),
  });
}

const defaults = `defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
  retries 3
  option redispatch 1
  option clitcpka

`;

const check =
  "check inter 1s fastinter 100ms downinter 200ms fall 1 rise 1 observe layer4 error-limit 1 on-error mark-down";

function renderEndpoint(region: Region, endpoint: TcpEndpoint): string {
  const options = ["on-marked-down shutdown-sessions", ...(endpoint.checked ? [check] : [])];
  const servers = endpoint.servers.map((server) =>
    [
      `  server ${server.name} ${server.address}:${server.port}`,
      ...options,
      ...(server.ready ? [] : ["disabled"]),
    ].join(" "),
  );
  const guard = `tcp-request connection reject unless { src ${region.network}.0.0/16 127.0.0.1 }`;
  return [
    `listen ${endpoint.name}`,
    `  bind ${endpoint.address}:${endpoint.port}`,
    // The security group's part, also where the server would refuse a stranger itself: it would greet him first.
    `  ${guard}`,
    `  balance ${endpoint.algorithm}`,
    ...servers,
    "",
  ].join("\n");
}
