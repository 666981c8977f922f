import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describeMachine } from "../machine.ts";
import type { Options } from "../options.ts";
import { spread } from "../statistics.ts";
import { checkedPath, issueTokens, startGateway } from "./contenders/own.ts";
import { generate } from "./load/generator.ts";
import { renderRequest } from "./load/plan.ts";
import { StartedProcess } from "./processes/started-process.ts";
import { report } from "./progress.ts";
import { httpPort } from "./test-bed/network.ts";
import { serverName, startTestBed, type TestBed } from "./test-bed/test-bed.ts";
import { startTlsProxy } from "./test-bed/tls-proxy.ts";

const gatewayCount = 12;
const arrivalsPerSecond = 1000;
const changesPerRun = 20;
const pauseMs = 150;
const reachMs = 100;

/** The admin site's response to a change. */
interface Outcome {
  readonly version: number;
  readonly propagation?: { readonly acknowledged: number; readonly of: number; readonly afterMs: number };
}

interface Change {
  /**
   * From the beginning of the broadcast until the last gateway's acknowledgement, as the admin site reports it.
   */
  readonly acknowledgedMs: number;
  /** From sending the change to its response, including validation and storage: the operator's waiting time. */
  readonly respondedMs: number;
  readonly acknowledged: number;
  /** Gateways that returned 200 for the new route, requested right after the response. */
  readonly serving: number;
}

/** New routes acknowledged by a fleet under load: the time it takes, and whether a request fails. */
export async function measure({ runs }: Options): Promise<unknown> {
  const machine = describeMachine();
  await using stack = new AsyncDisposableStack();
  const testBed = stack.use(await startTestBed());
  const { network } = testBed;
  const hosts = Array.from({ length: gatewayCount }, (_, index) => network.contender(index));
  // One after the other: the first one creates the schema, and a start takes a whole core.
  for (const host of hosts) {
    report(`starting gateway ${host}`);
    stack.use(await startGateway(testBed, host, {}, "anywhere"));
  }
  const adminHost = network.contender(gatewayCount);
  stack.use(await startAdmin(testBed, adminHost));
  const proxyHost = network.contender(gatewayCount + 1);
  stack.use(await startTlsProxy(testBed, proxyHost, hosts));
  const authorizations = await issueTokens(hosts[0]!);
  const changeCount = runs * changesPerRun;
  const load = generate(
    {
      destination: { host: proxyHost, port: httpPort },
      requests: authorizations.map((authorization) =>
        renderRequest(checkedPath, serverName, { authorization }),
      ),
      connections: 256,
      seconds: Math.ceil((changeCount * (pauseMs + 100)) / 1000) + 3,
      arrivalsPerSecond,
    },
    "anywhere",
  );
  await delay(1500);
  const changes: Change[] = [];
  for (let index = 0; index < changeCount; index++) {
    changes.push(await change(adminHost, hosts, index));
    if ((index + 1) % changesPerRun === 0) report(`${index + 1} of ${changeCount} changes`);
    await delay(pauseMs);
  }
  return { benchmark: "propagation", machine, ...summarize(changes), traffic: await describeTraffic(load) };
}

async function change(adminHost: string, hosts: readonly string[], index: number): Promise<Change> {
  const admin = `http://${adminHost}:${httpPort}`;
  const { version } = (await (await fetch(`${admin}/api/routes`)).json()) as Outcome;
  const route = { methods: ["GET"], path: `/bench/${index}`, upstream: "stub", public: true };
  const sentAt = performance.now();
  const response = await fetch(`${admin}/api/routes/bench-${index}?basedOn=${version}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(route),
  });
  const outcome = (await response.json()) as Outcome;
  const respondedMs = performance.now() - sentAt;
  if (outcome.propagation === undefined)
    throw new Error(`The change got a ${response.status}: ${JSON.stringify(outcome)}`);
  const statuses = await Promise.all(
    hosts.map(async (host) => {
      const response = await fetch(`http://${host}:${httpPort}${route.path}`);
      await response.arrayBuffer();
      return response.status;
    }),
  );
  return {
    acknowledgedMs: outcome.propagation.afterMs,
    respondedMs,
    acknowledged: outcome.propagation.acknowledged,
    serving: statuses.filter((status) => status === 200).length,
  };
}

function summarize(changes: readonly Change[]): Record<string, unknown> {
  const acknowledged = changes.map((one) => one.acknowledgedMs).sort((a, b) => a - b);
  const p99 = acknowledged[Math.ceil(acknowledged.length * 0.99) - 1]!;
  const incomplete = changes.filter((one) => one.acknowledged < gatewayCount || one.serving < gatewayCount);
  return {
    gateways: gatewayCount,
    changes: changes.length,
    reach: `every gateway within ${reachMs} ms (p99), no failed request`,
    acknowledgedByAllMs: { ...spread(acknowledged), p99 },
    respondedMs: spread(changes.map((one) => one.respondedMs)),
    /** Changes whose response came before every gateway had acknowledged and served the new route. */
    incomplete: incomplete.length,
    reached: p99 < reachMs && incomplete.length === 0,
  };
}

async function describeTraffic(running: ReturnType<typeof generate>): Promise<unknown> {
  const { sent, planned, kinds, response, lateness } = await running;
  return {
    arrivalsPerSecond,
    planned,
    sent,
    failed: sent - (kinds["200"] ?? 0),
    kinds,
    latencyMs: response,
    latenessP99: lateness.p99,
  };
}

async function startAdmin({ database, upstreamUrl }: TestBed, host: string): Promise<StartedProcess> {
  const main = fileURLToPath(new URL("../../gateway/main.ts", import.meta.url));
  const admin = new StartedProcess({
    command: process.execPath,
    args: [main, "admin"],
    environment: {
      HOST: host,
      PORT: String(httpPort),
      // Without a balancer that verifies certificates, every client on this machine is an editor.
      ENVIRONMENT: "development",
      DATABASE_HOST: database.host,
      DATABASE_PORT: String(database.port),
      DATABASE_USER: database.user,
      DATABASE_PASSWORD: database.password,
      DATABASE_TLS: "off",
      UPSTREAM_URL: upstreamUrl,
    },
    place: "anywhere",
  });
  await admin.waitUntil("the admin site is ready", async () => {
    const response = await fetch(`http://${host}:${httpPort}/health/ready`).catch(() => undefined);
    await response?.arrayBuffer();
    return response?.status === 200;
  });
  return admin;
}
