import { Worker } from "node:worker_threads";
import { createHistogram, readPercentiles, toMicroseconds } from "./histogram.ts";
import type { WorkerPlan } from "./plan.ts";
import type { LoadReport, LoadResponse, PackedResponse } from "./response.ts";

/** A running load. */
export interface RunningLoad {
  /** Every response so far, in order of completion. */
  readonly responses: readonly LoadResponse[];
  /** Ends the load; resolves when the last request has a response or timed out. */
  stop(): Promise<LoadReport>;
  /** Ends it without waiting for responses. */
  abandon(): Promise<void>;
}

interface WorkerMessage {
  readonly kind: "responses" | "finished";
  readonly responses: readonly PackedResponse[];
  readonly planned: number;
  readonly sent: number;
  readonly unsent: number;
  readonly durationMs: number;
}

/**
 * Starts an open-loop load in its own thread; resolves when the thread runs. Latency counts from the intended send
 * time, so that a stall is charged to every request that it delayed and not to one.
 */
export async function startLoad(plan: WorkerPlan): Promise<RunningLoad> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: plan });
  const responses: LoadResponse[] = [];
  const response = createHistogram();
  const lateness = createHistogram();
  const finished = Promise.withResolvers<LoadReport>();
  // The report may arrive before it is awaited, and so may a failure.
  finished.promise.catch(() => {});
  const started = Promise.withResolvers<void>();
  worker.on("message", (message: WorkerMessage) => {
    started.resolve();
    for (const packed of message.responses) {
      const received = unpack(packed, plan);
      responses.push(received);
      lateness.recordValue(toMicroseconds(received.lateMs));
      if (received.status !== 0) response.recordValue(toMicroseconds(received.responseMs));
    }
    if (message.kind === "responses") return;
    const { planned, sent, unsent, durationMs } = message;
    finished.resolve({
      planned,
      sent,
      unsent,
      durationMs: Math.round(durationMs),
      responses,
      response: readPercentiles(response),
      lateness: readPercentiles(lateness),
    });
  });
  worker.once("error", (error) => {
    started.reject(error);
    finished.reject(error);
  });
  worker.once("exit", (code) => {
    const error = new Error(`the load generator exited with ${code} before reporting`);
    started.reject(error);
    finished.reject(error);
  });
  await started.promise;
  return {
    responses,
    async stop() {
      worker.postMessage("stop");
      const report = await finished.promise;
      await worker.terminate();
      return report;
    },
    async abandon() {
      await worker.terminate();
    },
  };
}

function unpack(
  [index, dueAt, lateMs, responseMs, status, error]: PackedResponse,
  plan: WorkerPlan,
): LoadResponse {
  const label = plan.requests[index]?.label ?? String(index);
  return { label, dueAt, lateMs, responseMs, status, ...(error === "" ? {} : { error }) };
}
