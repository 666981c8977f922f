import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findTool } from "../processes/programs.ts";
import { StartedProcess } from "../processes/started-process.ts";
import { balancerDefaults } from "./balancer-defaults.ts";
import { httpPort } from "./network.ts";
import type { TestBed } from "./test-bed.ts";
import { responses } from "./upstream.ts";

/** Where the front proxy terminates TLS; plain HTTP is on the common port. */
export const tlsPort = 8443;

/** A balancer in front of one or more gateways, round robin, like the region's load balancer. */
export async function startTlsProxy(
  { directory, certificates }: TestBed,
  host: string,
  gateways: readonly string[],
): Promise<StartedProcess> {
  const configuration = join(directory, "front.cfg");
  const servers = gateways.map((address, index) => `  server gateway${index} ${address}:${httpPort}`);
  await writeFile(
    configuration,
    `${balancerDefaults}
frontend ingress
  bind ${host}:${tlsPort} ssl crt ${certificates.both} alpn http/1.1
  bind ${host}:${httpPort}
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  http-request return status 200 if { path /front }
  default_backend gateways
backend gateways
  balance roundrobin
${servers.join("\n")}
`,
  );
  const { command, environment } = findTool("haproxy");
  const proxy = new StartedProcess({
    command,
    args: ["-db", "-f", configuration],
    environment,
    place: "anywhere",
  });
  await proxy.waitUntil("the front proxy to respond", () => responses(`http://${host}:${httpPort}/front`));
  return proxy;
}
