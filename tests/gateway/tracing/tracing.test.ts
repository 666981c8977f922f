import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { parseGatewaySettings } from "../../../gateway/settings.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { type ReceivedSpan, StartedCollector } from "../started-collector.ts";
import { describeGateway, issueToken, type StartedRole, startGateway } from "../started-gateway.ts";
import { StartedPlatform } from "../started-test-bed.ts";

const network = await reserveNetwork();

const server = 2;
const client = 3;
const caller = "00f067aa0ba902b7";

let platform: StartedPlatform;
let collector: StartedCollector;
let gateway: StartedRole;
let token: string;
let nextTrace = 1;

before(async () => {
  collector = await StartedCollector.start(`${network}.1.90`);
  platform = await StartedPlatform.start(network);
  gateway = await startGateway(`${network}.1.60`, platform.testBed, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0",
    OTEL_RESOURCE_ATTRIBUTES: "cloud.region=eu-west-1",
  });
  token = await issueToken(gateway);
  await platform.addRoute("orders", {
    origins: [platform.stub.origin],
    columns: { path: "/orders/{id}", rewrite_prefix: "/verify" },
  });
  await platform.addRoute("gone", {
    origins: [`http://${network}.1.98:9`, `http://${network}.1.99:9`],
    columns: { retries: 1 },
  });
});

t.teardown(async () => {
  await gateway?.process.end();
  await Promise.all([collector?.stop(), platform?.stop()]);
});

function nameTrace(): string {
  return (0xabc000 + nextTrace++).toString(16).padStart(32, "1");
}

async function ask(path: string, traceparent: string, at = gateway) {
  const response = await fetch(at.origin + path, {
    headers: { traceparent, authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: (await response.json()) as { headers: Record<string, string> } };
}

async function collect(traceId: string, count: number): Promise<ReceivedSpan[]> {
  const find = () => collector.spans.filter((span) => span.traceId === traceId);
  await waitUntil(`${count} spans of ${traceId}`, () => find().length >= count);
  return find();
}

async function readMetric(at: StartedRole, name: string): Promise<number | undefined> {
  const text = await (await fetch(`${at.origin}/metrics`)).text();
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length));
}

test("a request is a span below the caller's, and its attempt one below that, which the upstream receives", async () => {
  const traceId = nameTrace();
  await waitUntil("the route is served", async () => {
    const { status } = await ask("/orders/echo", `00-${nameTrace()}-${caller}-00`);
    return status === 200;
  });
  const { status, body } = await ask("/orders/echo?secret=in-a-query", `00-${traceId}-${caller}-01`);
  assert.equal(status, 200);
  const spans = await collect(traceId, 2);
  const outer = spans.find((span) => span.kind === server)!;
  const inner = spans.find((span) => span.kind === client)!;
  assert.equal(outer.parentSpanId, caller);
  assert.equal(inner.parentSpanId, outer.spanId);
  assert.equal(body.headers.traceparent, `00-${traceId}-${inner.spanId}-01`);
  assert.equal(outer.name, "GET /orders/{id}");
  const { "gateway.request_id": id, ...attributes } = outer.attributes;
  assert.equal(id, body.headers["x-request-id"]);
  assert.deepEqual(attributes, {
    "http.request.method": "GET",
    "http.route": "/orders/{id}",
    "http.response.status_code": 200,
    "server.address": `${network}.1.60`,
    "server.port": 8080,
    "url.path": "/orders/echo",
    "url.scheme": "http",
  });
  assert.equal(inner.name, "GET");
  assert.deepEqual(inner.attributes, {
    "http.request.method": "GET",
    "http.response.status_code": 200,
    "server.address": `${network}.1.20`,
    "server.port": 8080,
    "url.full": `${platform.stub.origin}/verify/echo`,
  });
  assert.equal(outer.resource["service.name"], "gateway");
  assert.equal(outer.resource["deployment.environment.name"], "test");
  assert.equal(outer.resource["cloud.region"], "eu-west-1");
});

test("a span names the client, and contains no token or query", async () => {
  const traceId = nameTrace();
  await ask("/verify/echo?secret=in-a-query", `00-${traceId}-${caller}-01`);
  const spans = await collect(traceId, 2);
  assert.equal(spans.find((span) => span.kind === server)!.attributes["gateway.client_id"], "verifier");
  assert.ok(!collector.received.includes(token));
  assert.ok(!collector.received.includes("in-a-query"));
});

test("each attempt is a span, and failures are marked", async () => {
  const traceId = nameTrace();
  assert.equal((await ask("/gone/x", `00-${traceId}-${caller}-01`)).status, 502);
  const spans = await collect(traceId, 3);
  const attempts = spans.filter((span) => span.kind === client);
  assert.deepEqual(
    attempts.map(({ attributes, status }) => [
      attributes["http.request.resend_count"],
      attributes["error.type"],
      status.code,
    ]),
    [
      [undefined, "DMM_GATEWAY_UPSTREAM_FAILED", 2],
      [1, "DMM_GATEWAY_UPSTREAM_FAILED", 2],
    ],
  );
  const outer = spans.find((span) => span.kind === server)!;
  assert.equal(outer.attributes["error.type"], "DMM_GATEWAY_UPSTREAM_FAILED");
  assert.equal(outer.status.code, 2);
});

test("a refusal is a span without an attempt, and not a failure of the server", async () => {
  const traceId = nameTrace();
  assert.equal((await ask("/nowhere", `00-${traceId}-${caller}-01`)).status, 404);
  const [outer] = await collect(traceId, 1);
  assert.equal(outer!.name, "GET");
  assert.equal(outer!.attributes["gateway.error"], "DMM_GATEWAY_ROUTE_UNKNOWN");
  assert.equal(outer!.attributes["error.type"], undefined);
  assert.equal(outer!.status.code, 0);
});

test("an endpoint of the OAuth2 server is a span of its own path", async () => {
  const traceId = nameTrace();
  await ask("/.well-known/oauth-authorization-server", `00-${traceId}-${caller}-01`);
  const [outer] = await collect(traceId, 1);
  assert.equal(outer!.name, "GET /.well-known/oauth-authorization-server");
});

test("the attempt of a client that disconnects ends with it, and is not a failure of the server", async () => {
  const traceId = nameTrace();
  const headers = { traceparent: `00-${traceId}-${caller}-01`, authorization: `Bearer ${token}` };
  await assert.rejects(
    fetch(`${gateway.origin}/verify/slow?ms=900`, { headers, signal: AbortSignal.timeout(300) }),
  );
  const spans = await collect(traceId, 2);
  const inner = spans.find((span) => span.kind === client)!;
  assert.equal(inner.attributes["error.type"], "cancelled");
  const outer = spans.find((span) => span.kind === server)!;
  assert.equal(outer.status.code, 0);
  assert.equal(outer.attributes["http.response.status_code"], undefined);
});

test("an unsampled parent, and a ratio of 0, create no spans, and the trace continues", async () => {
  const out = nameTrace();
  const begun = collector.spans.length;
  const { body } = await ask("/orders/echo", `00-${out}-${caller}-00`);
  assert.match(body.headers.traceparent!, new RegExp(`^00-${out}-(?!${caller})[0-9a-f]{16}-00$`));
  const fresh = await ask("/orders/echo", "not a traceparent");
  assert.match(fresh.body.headers.traceparent!, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  const later = nameTrace();
  await ask("/orders/echo", `00-${later}-${caller}-01`);
  await collect(later, 2);
  assert.deepEqual(new Set(collector.spans.slice(begun).map((span) => span.traceId)), new Set([later]));
});

test("callers are followed up to the configured limit, and the rest is counted", async () => {
  const bounded = await startGateway(`${network}.1.65`, platform.testBed, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
    OTEL_TRACES_SAMPLER: "parentbased_always_off",
    TRACE_CALLERS_PER_SECOND: "2",
  });
  try {
    const traces = Array.from({ length: 12 }, nameTrace);
    const flags = await Promise.all(
      traces.map(async (traceId) => {
        const { body } = await ask("/orders/echo", `00-${traceId}-${caller}-01`, bounded);
        assert.ok(body.headers.traceparent!.startsWith(`00-${traceId}-`), "the trace continues nevertheless");
        return body.headers.traceparent!.slice(-2);
      }),
    );
    const followed = flags.filter((flag) => flag === "01").length;
    assert.ok(followed >= 2 && followed <= 6, `${followed} of 12`);
    assert.equal(await readMetric(bounded, "gateway_trace_contexts_ignored_total"), 12 - followed);
  } finally {
    await bounded.process.end();
  }
});

test("the collector gets its authentication header, and no other server sees it", async () => {
  const key = "a-key-of/the+collector=";
  const knowing = await startGateway(`${network}.1.66`, platform.testBed, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
    // As if stored from a file with a trailing line feed.
    OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${encodeURIComponent(key)}\n`,
  });
  try {
    const traceId = nameTrace();
    const { body } = await ask("/orders/echo", `00-${traceId}-${caller}-01`, knowing);
    await collect(traceId, 2);
    assert.ok(collector.headers.some((headers) => headers["x-api-key"] === key));
    assert.equal(body.headers["x-api-key"], undefined);
    const fresh = await ask("/orders/echo", "not a traceparent", knowing);
    assert.match(fresh.body.headers.traceparent!, /-01$/, "without a caller's, all are traced by default");
    const metrics = await (await fetch(`${knowing.origin}/metrics`)).text();
    for (const text of [metrics, knowing.process.output, collector.received])
      assert.ok(!text.includes(key) && !text.includes(encodeURIComponent(key)));
  } finally {
    await knowing.process.end();
  }
});

test("pending spans are delivered while the gateway drains", async () => {
  const leaving = await startGateway(`${network}.1.61`, platform.testBed, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
    DRAIN_QUIET_MS: "0",
  });
  const traceId = nameTrace();
  await ask("/orders/echo", `00-${traceId}-${caller}-01`, leaving);
  assert.equal(await leaving.process.end("SIGTERM"), 0);
  assert.equal(collector.spans.filter((span) => span.traceId === traceId).length, 2);
});

test("an unavailable collector costs spans, which are counted, and neither requests nor the drain", async () => {
  const alone = await startGateway(`${network}.1.62`, platform.testBed, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${network}.1.97:9`,
    OTEL_EXPORTER_OTLP_TIMEOUT: "300",
  });
  try {
    for (let round = 0; round < 20; round++)
      assert.equal((await ask("/orders/echo", `00-${nameTrace()}-${caller}-01`, alone)).status, 200);
    const dropped = 'gateway_trace_spans_total{outcome="dropped"}';
    await waitUntil("all are counted", async () => ((await readMetric(alone, dropped)) ?? 0) >= 40);
    assert.equal(await readMetric(alone, 'gateway_trace_spans_total{outcome="delivered"}'), 0);
    assert.equal(await readMetric(alone, "gateway_trace_queue_spans"), 0);
    await ask("/orders/echo", `00-${nameTrace()}-${caller}-01`, alone);
    const began = performance.now();
    assert.equal(await alone.process.end("SIGTERM"), 0);
    assert.ok(performance.now() - began < 25_000);
    assert.equal(alone.process.output.match(/spans dropped/g)!.length, 1);
  } finally {
    await alone.process.end();
  }
});

test("without tracing none of its code is loaded", async () => {
  const { StartedProcess } = await import("../started-process.ts");
  const trace = (environment: Record<string, string>) => {
    const watch = `
      import { registerHooks } from "node:module";
      registerHooks({ load(url, context, next) {
        if (url.includes("@opentelemetry") || url.includes("gateway/tracing/tracing")) process.stdout.write("LOADED " + url + "\\n");
        return next(url, context);
      } });`;
    return new StartedProcess(
      process.execPath,
      [
        "--import",
        `data:text/javascript,${encodeURIComponent(watch)}`,
        new URL("../../../gateway/main.ts", import.meta.url).pathname,
        "gateway",
      ],
      { ...describeGateway(platform.testBed), ...environment },
    );
  };
  const off = trace({ HOST: `${network}.1.63` });
  const on = trace({ HOST: `${network}.1.64`, OTEL_TRACES_EXPORTER: "otlp" });
  try {
    for (const one of [off, on]) await waitUntil("it serves", () => one.output.includes('"serving"'), 15_000);
    assert.doesNotMatch(off.output, /LOADED/);
    assert.match(on.output, /LOADED .*@opentelemetry/);
  } finally {
    await Promise.all([off.end(), on.end()]);
  }
});

test("trace metrics exist only if tracing is on", async () => {
  assert.equal(await readMetric(platform.gateway, "gateway_trace_queue_spans"), undefined);
  assert.notEqual(await readMetric(gateway, "gateway_trace_queue_spans"), undefined);
});

test("tracing is off by default, and all invalid settings are reported", async () => {
  const base = describeGateway(platform.testBed);
  const read = (variables: Record<string, string>) => parseGatewaySettings({ ...base, ...variables }).tracing;
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.test:4318" };
  assert.equal(read({}), undefined);
  assert.equal(read({ ...endpoint, OTEL_TRACES_EXPORTER: "none" }), undefined);
  assert.equal(read({ ...endpoint, OTEL_SDK_DISABLED: "true" }), undefined);
  const usual = { sampler: "parentbased_always_on", ratio: 1, callersPerSecond: 100 };
  assert.deepEqual(read(endpoint), usual);
  assert.deepEqual(read({ OTEL_TRACES_EXPORTER: "otlp" }), usual);
  assert.throws(
    () =>
      read({
        OTEL_TRACES_EXPORTER: "zipkin",
        OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318",
        OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
        OTEL_TRACES_SAMPLER: "sometimes",
        OTEL_TRACES_SAMPLER_ARG: "2",
        TRACE_CALLERS_PER_SECOND: "-1",
      }),
    (error: Error & { problems?: readonly string[] }) => error.problems?.length === 6,
  );
});
