import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { readStatus, sendRaw } from "../raw-client.ts";
import { type ReceivedSpan, StartedCollector } from "../started-collector.ts";
import { StartedPlatform } from "../started-test-bed.ts";
import { StartedWebSocketUpstream } from "../websocket-upstream.ts";

const network = await reserveNetwork();

const server = 2;
const client = 3;
const caller = "00f067aa0ba902b7";

let platform: StartedPlatform;
let collector: StartedCollector;
let upstream: StartedWebSocketUpstream;
let nextTrace = 1;

before(async () => {
  collector = await StartedCollector.start(`${network}.1.90`);
  upstream = await StartedWebSocketUpstream.start(`${network}.1.21`);
  platform = await StartedPlatform.start(network, {
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
      OTEL_TRACES_SAMPLER: "parentbased_always_off",
    },
  });
  await platform.addRoute("ws", { origins: [upstream.origin] });
  await platform.addRoute("gone", { origins: [`http://${network}.1.98:9`] });
});

t.teardown(() => Promise.all([collector?.stop(), upstream?.stop(), platform?.stop()]));

function describeHandshake(path: string) {
  const traceId = (0xdef000 + nextTrace++).toString(16).padStart(32, "1");
  const text =
    `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
    `traceparent: 00-${traceId}-${caller}-01\r\n\r\n`;
  return { traceId, text };
}

async function collect(traceId: string): Promise<{ outer: ReceivedSpan; inner: ReceivedSpan | undefined }> {
  const find = () => collector.spans.filter((span) => span.traceId === traceId);
  await waitUntil(`spans of ${traceId}`, () => find().some((span) => span.kind === server));
  const outer = find().find((span) => span.kind === server)!;
  const inner = find().find((span) => span.kind === client);
  assert.equal(outer.parentSpanId, caller);
  if (inner !== undefined) assert.equal(inner.parentSpanId, outer.spanId);
  return { outer, inner };
}

test("a WebSocket is a span from its handshake to its end, below the caller's, and the upstream receives it", async () => {
  const { traceId, text } = describeHandshake("/ws/x?secret=in-a-query");
  const received = sendRaw(platform.gateway.origin, text, 3000);
  await waitUntil("it is open", () => upstream.sockets.size === 1);
  assert.equal(readStatus(await received), 101);
  const { outer, inner } = await collect(traceId);
  assert.equal(upstream.lastHeaders.traceparent, `00-${traceId}-${inner!.spanId}-01`);
  assert.equal(outer.name, "GET /ws/*");
  for (const span of [outer, inner!]) {
    assert.equal(span.attributes["http.response.status_code"], 101);
    assert.equal(span.attributes["error.type"], undefined);
    assert.equal(span.status.code, 0);
  }
  assert.ok(!collector.received.includes("in-a-query"));
});

test("an upstream that does not switch is recorded with its response", async () => {
  const { traceId, text } = describeHandshake("/ws/no");
  assert.equal(readStatus(await sendRaw(platform.gateway.origin, text)), 403);
  const { outer, inner } = await collect(traceId);
  assert.equal(inner!.attributes["http.response.status_code"], 403);
  assert.equal(inner!.attributes["error.type"], "403");
  assert.equal(outer.attributes["http.response.status_code"], 403);
  // A refusal by an upstream is not a failure of the gateway.
  assert.equal(outer.status.code, 0);
});

test("a handshake without an upstream is a failed attempt and a failed request", async () => {
  const { traceId, text } = describeHandshake("/gone/x");
  assert.equal(readStatus(await sendRaw(platform.gateway.origin, text)), 502);
  const { outer, inner } = await collect(traceId);
  assert.equal(inner!.attributes["error.type"], "DMM_GATEWAY_UPSTREAM_FAILED");
  assert.equal(outer.attributes["error.type"], "DMM_GATEWAY_UPSTREAM_FAILED");
  assert.equal(outer.attributes["http.response.status_code"], 502);
  assert.deepEqual([outer.status.code, inner!.status.code], [2, 2]);
});

test("a WebSocket without a route is a span without an attempt", async () => {
  const { traceId, text } = describeHandshake("/nowhere");
  assert.equal(readStatus(await sendRaw(platform.gateway.origin, text)), 404);
  const { outer, inner } = await collect(traceId);
  assert.equal(inner, undefined);
  assert.equal(outer.attributes["gateway.error"], "DMM_GATEWAY_ROUTE_UNKNOWN");
});
