import type { Region } from "../region.ts";
import type { Haproxy } from "./haproxy.ts";

/** One address that leads to some of several servers, as an Aurora or ElastiCache endpoint does by DNS. */
export interface TcpEndpoint {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly algorithm: "leastconn" | "roundrobin";
  /** All possible servers, and whether each is initially ready. */
  readonly servers: readonly {
    readonly name: string;
    readonly address: string;
    readonly port: number;
    readonly ready: boolean;
  }[];
  /** HAProxy checks the servers itself; otherwise the endpoint's owner sets which are ready. */
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
    // Enforces the security group here, even if the server would refuse the client itself: it would send its
    // greeting first.
    `  ${guard}`,
    `  balance ${endpoint.algorithm}`,
    ...servers,
    "",
  ].join("\n");
}
