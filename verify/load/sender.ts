import type { Dispatcher, Pool } from "undici";
import type { WorkerPlan } from "./plan.ts";
import type { PackedResponse } from "./response.ts";

export interface Sender {
  /** Sends the request of that index in the mix, which was due at `dueAt`. */
  send(index: number, dueAt: number): void;
  inFlight(): number;
  /** Ends every request that has timed out. */
  giveUp(now: number): void;
}

interface Pending {
  readonly index: number;
  readonly dueAt: number;
  readonly lateMs: number;
  controller: Dispatcher.DispatchController | undefined;
  status: number;
  settled: boolean;
}

/** Sends over a pool at undici's lowest level and reports each request exactly once. */
export function createSender(
  pool: Pool,
  plan: WorkerPlan,
  report: (response: PackedResponse) => void,
): Sender {
  // In order of sending, so the oldest are first.
  const pending = new Set<Pending>();
  const settle = (request: Pending, error: string): void => {
    if (request.settled) return;
    request.settled = true;
    pending.delete(request);
    const status = error === "" ? request.status : 0;
    report([request.index, request.dueAt, request.lateMs, readClock() - request.dueAt, status, error]);
  };
  const options = plan.requests.map((request) => ({
    path: request.path,
    method: request.method as Dispatcher.HttpMethod,
    headers: request.headers,
  }));
  return {
    inFlight: () => pending.size,
    send(index, dueAt) {
      const wanted = options[index];
      if (wanted === undefined) return;
      const request: Pending = {
        index,
        dueAt,
        lateMs: readClock() - dueAt,
        controller: undefined,
        status: 0,
        settled: false,
      };
      pending.add(request);
      pool.dispatch(wanted, {
        onRequestStart(controller) {
          request.controller = controller;
          if (request.settled) controller.abort(new Error("timed out"));
        },
        onResponseStart(_controller, status) {
          request.status = status;
        },
        onResponseData() {},
        onResponseEnd: () => settle(request, ""),
        onResponseError: (_controller, error) => settle(request, codeOf(error)),
      });
    },
    giveUp(now) {
      for (const request of pending) {
        if (now - request.dueAt < plan.timeoutMs) break;
        settle(request, "TIMEOUT");
        request.controller?.abort(new Error("timed out"));
      }
    },
  };
}

function readClock(): number {
  return performance.timeOrigin + performance.now();
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
