import { readFileSync } from "node:fs";
import { findDeliveryProblem } from "../../verify/load/response.ts";
import { checkedPath, issueTokens, startGateway } from "./contenders/own.ts";
import { generate } from "./load/generator.ts";
import { type GeneratorReport, renderRequest } from "./load/plan.ts";
import { readUsage } from "./processes/usage.ts";
import { report } from "./progress.ts";
import { serverName, type TestBed } from "./test-bed/test-bed.ts";
import { startTlsProxy, tlsPort } from "./test-bed/tls-proxy.ts";

const steps = [2000, 4000, 6000, 8000, 10_000];
const stepSeconds = 6;
const limitMs = 19;
/** A step that failed is retried: other load on this machine can break a promise, never keep it. */
const tries = 3;

interface Step {
  readonly arrivalsPerSecond: number;
  readonly verdict: "passed" | "failed" | "inconclusive";
  readonly reason?: string;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly latenessP99: number;
  /** Processor time by component, in microseconds per request. */
  readonly cpuMicroseconds: Readonly<Record<string, number>>;
}

/**
 * The whole chain on the cores of this machine together, as a production client experiences it: TLS to a balancer,
 * gateway with token check, Redis over TLS, upstream, and the generator as well.
 */
export async function measureChain(testBed: TestBed, contenderIndex: number): Promise<unknown> {
  await using stack = new AsyncDisposableStack();
  const { redis, certificates, network } = testBed;
  const host = network.contender(contenderIndex);
  const gateway = stack.use(
    await startGateway(
      testBed,
      host,
      { REDIS_PORT: String(redis.tlsPort), REDIS_TLS: "on", NODE_EXTRA_CA_CERTS: certificates.authority },
      "anywhere",
    ),
  );
  const authorizations = await issueTokens(host);
  const proxy = stack.use(await startTlsProxy(testBed, network.contender(contenderIndex + 1), [host]));
  const parts = {
    gateway: [gateway.pid],
    proxy: [proxy.pid],
    redis: redis.pids,
    upstream: [testBed.upstream.pid],
  };
  const requests = authorizations.map((authorization) =>
    renderRequest(checkedPath, serverName, { accept: "*/*", authorization }),
  );
  const run = (arrivalsPerSecond: number, seconds: number): Promise<GeneratorReport> =>
    generate(
      {
        destination: {
          host: network.contender(contenderIndex + 1),
          port: tlsPort,
          tls: { authority: readFileSync(certificates.authority, "utf8"), servername: serverName },
        },
        requests,
        connections: 256,
        seconds,
        arrivalsPerSecond,
      },
      "anywhere",
    );
  await run(2000, 4);
  const done: Step[] = [];
  for (const arrivalsPerSecond of steps) {
    for (let attempt = 1; attempt <= tries; attempt++) {
      const step = await measureStep(arrivalsPerSecond, parts, () => run(arrivalsPerSecond, stepSeconds));
      done.push(step);
      report(`chain at ${arrivalsPerSecond}/s: ${step.verdict}, p95 ${step.p95} ms ${step.reason ?? ""}`);
      if (step.verdict === "passed") break;
    }
  }
  const passed = done.filter(({ verdict }) => verdict === "passed").map((step) => step.arrivalsPerSecond);
  return { limit: `p95 under ${limitMs} ms`, highestPassed: Math.max(0, ...passed), steps: done };
}

async function measureStep(
  arrivalsPerSecond: number,
  parts: Readonly<Record<string, readonly number[]>>,
  run: () => Promise<GeneratorReport>,
): Promise<Step> {
  const read = () =>
    Object.entries(parts).map(([name, pids]): [string, number] => [
      name,
      pids.reduce((sum, pid) => sum + readUsage(pid).cpuMs, 0),
    ]);
  const before = new Map(read());
  const load = await run();
  const perRequest = (ms: number) => Math.round((ms * 1000) / load.sent);
  const used = read().map(([name, cpuMs]): [string, number] => [name, perRequest(cpuMs - before.get(name)!)]);
  return {
    arrivalsPerSecond,
    ...judge(load),
    p50: load.response.p50,
    p95: load.response.p95,
    p99: load.response.p99,
    latenessP99: load.lateness.p99,
    cpuMicroseconds: { ...Object.fromEntries(used), generator: perRequest(load.generatorCpuMs) },
  };
}

/** A rate that was not delivered proves nothing, unless the delivered requests already broke the promise. */
function judge(load: GeneratorReport): Pick<Step, "verdict" | "reason"> {
  const failed = load.sent - (load.kinds["200"] ?? 0);
  if (failed > 0)
    return { verdict: "failed", reason: `${failed} requests failed: ${JSON.stringify(load.kinds)}` };
  // The generator's own delay is part of the latency; beyond the limit it alone would decide.
  const problem = findDeliveryProblem(load, limitMs);
  if (problem !== undefined) return { verdict: "inconclusive", reason: problem };
  return load.response.p95 < limitMs
    ? { verdict: "passed" }
    : { verdict: "failed", reason: `p95 is ${load.response.p95} ms` };
}
