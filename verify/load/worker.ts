import { connect } from "node:tls";
import { parentPort, workerData } from "node:worker_threads";
import { Pool } from "undici";
import type { WorkerPlan } from "./plan.ts";
import type { PackedResponse } from "./response.ts";
import { createSender } from "./sender.ts";

/**
 * The generator's thread. Every tick sends all due requests: arrivals never wait for responses. It is a separate
 * thread so that nothing else delays it.
 */
const plan = workerData as WorkerPlan;
const reportEveryMs = 50;
const tickMs = 1;

const url = new URL(plan.url);
const pool = new Pool(url.origin, {
  connections: plan.inFlight,
  pipelining: 1,
  // Each request has its own limit, counted from its intended send time.
  headersTimeout: 0,
  bodyTimeout: 0,
  // Shorter than any balancer's, so that none closes a connection just as it is used.
  keepAliveTimeout: 3_000,
  connect: (_options, callback) => {
    const socket = connect({
      host: plan.host,
      port: plan.port,
      servername: url.hostname,
      cert: plan.certificate,
      key: plan.key,
      ...(plan.authority === undefined ? {} : { ca: plan.authority }),
    });
    const fail = (error: Error): void => callback(error, null);
    socket.once("error", fail);
    socket.once("secureConnect", () => {
      socket.off("error", fail);
      socket.setNoDelay(true);
      callback(null, socket);
    });
    return socket;
  },
});

let responses: PackedResponse[] = [];
const sender = createSender(pool, plan, (response) => responses.push(response));
const startedAt = performance.timeOrigin + performance.now();
let planned = 0;
let unsent = 0;
let endAt = startedAt + plan.longestMs;

/** The first request is due at the start, each other one interval after the previous, the last before the end. */
function countDue(now: number): number {
  const intervals = ((Math.min(now, endAt) - startedAt) * plan.arrivalsPerSecond) / 1_000;
  return now < endAt ? Math.floor(intervals) + 1 : Math.ceil(intervals);
}

function tick(): void {
  const now = performance.timeOrigin + performance.now();
  const due = countDue(now);
  for (; planned < due; planned += 1) {
    if (sender.inFlight() >= plan.inFlight) unsent += 1;
    else sender.send(planned % plan.requests.length, startedAt + (planned * 1_000) / plan.arrivalsPerSecond);
  }
  sender.giveUp(now);
  if (now < endAt || sender.inFlight() > 0) setTimeout(tick, tickMs);
  else finish(now);
}

function post(kind: "responses" | "finished", durationMs: number): void {
  parentPort?.postMessage({ kind, responses, planned, sent: planned - unsent, unsent, durationMs });
  responses = [];
}

const reporting = setInterval(() => post("responses", 0), reportEveryMs);

function finish(now: number): void {
  clearInterval(reporting);
  post("finished", now - startedAt);
  parentPort?.close();
  void pool.destroy();
}

parentPort?.on("message", () => {
  endAt = Math.min(endAt, performance.timeOrigin + performance.now());
});
tick();
