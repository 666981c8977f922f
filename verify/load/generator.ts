import { Worker } from "node:worker_threads";
import type { LoadAnswer, LoadReport, PackedAnswer } from "./answer.ts";
import { createHistogram, readPercentiles, toMicroseconds } from "./histogram.ts";
import type { WorkerPlan } from "./plan.ts";

/** A load that is under way. */
export interface RunningLoad {
  /** Every answer so far, in the order of their ends. */
  readonly answers: readonly LoadAnswer[];
  /** Ends the load; resolves when the last request is answered or given up. */
  stop(): Promise<LoadReport>;
  /** Ends it without waiting for answers. */
  abandon(): Promise<void>;
}

interface WorkerMessage {
  readonly kind: "answers" | "finished";
  readonly answers: readonly PackedAnswer[];
  readonly planned: number;
  readonly sent: number;
  readonly unsent: number;
  readonly durationMs: number;
}

/**
 * Starts an open-loop load in a thread of its own; resolves when the thread runs. Latency counts from the intended send
 * time, so that a stall is charged to every request it delayed and not to one.
 */
export async function startLoad(plan: WorkerPlan): Promise<RunningLoad> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: plan });
  const answers: LoadAnswer[] = [];
  const response = createHistogram();
  const lateness = createHistogram();
  const finished = Promise.withResolvers<LoadReport>();
  // The report may come before anybody asks for it, and so may a failure.
  finished.promise.catch(() => {});
  const started = Promise.withResolvers<void>();
  worker.on("message", (message: WorkerMessage) => {
    started.resolve();
    for (const packed of message.answers) {
      const answer = unpack(packed, plan);
      answers.push(answer);
      lateness.recordValue(toMicroseconds(answer.lateMs));
      if (answer.status !== 0) response.recordValue(toMicroseconds(answer.responseMs));
    }
    if (message.kind === "answers") return;
    const { planned, sent, unsent, durationMs } = message;
    finished.resolve({
      planned,
      sent,
      unsent,
      durationMs: Math.round(durationMs),
      answers,
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
    answers,
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
  [index, dueAt, lateMs, responseMs, status, error]: PackedAnswer,
  plan: WorkerPlan,
): LoadAnswer {
  const label = plan.requests[index]?.label ?? String(index);
  return { label, dueAt, lateMs, responseMs, status, ...(error === "" ? {} : { error }) };
}
