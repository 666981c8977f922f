import { describeReason } from "../reason.ts";
import type { UpstreamConnection, UpstreamRequest } from "./connection.ts";
import type { ResponseHead } from "./response-head.ts";
import type { UpstreamTarget } from "./target.ts";
import { UpstreamError } from "./upstream-error.ts";

/** Health check of an origin. */
export interface ProbeSettings {
  readonly path: string;
  readonly intervalMs: number;
  readonly connectLimitMs: number;
}

export interface ProbeOutcome {
  readonly origin: string;
  readonly path: string;
  readonly healthy: boolean;
  readonly reason: string;
}

/** Consecutive results that change the state; the very first result counts immediately. */
const turns = 2;
const longestWaitMs = 5000;
const contentLimit = 65_536;

/**
 * Checks one origin's health periodically: a status from 200 to 399 in time is healthy. Until the first result it
 * counts as healthy, so that a new origin need not wait for a check.
 */
export class HealthProbe {
  readonly #target: UpstreamTarget;
  readonly #settings: ProbeSettings;
  readonly #onChange: (outcome: ProbeOutcome) => void;
  #healthy = true;
  #asked = 0;
  /** Consecutive results that contradict the state. */
  #contrary = 0;
  #timer: NodeJS.Timeout | undefined;
  #running: UpstreamConnection | undefined;
  #closed = false;

  constructor(target: UpstreamTarget, settings: ProbeSettings, onChange: (outcome: ProbeOutcome) => void) {
    this.#target = target;
    this.#settings = settings;
    this.#onChange = onChange;
  }

  get healthy(): boolean {
    return this.#healthy;
  }

  /** Starts checking. Does nothing when it runs already. */
  start(): void {
    if (this.#timer === undefined && !this.#closed) this.#ask();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#running?.destroy(new UpstreamError("DMM_GATEWAY_UPSTREAM_FAILED", "The health check was stopped."));
  }

  readonly #ask = (): void => {
    const { path, intervalMs, connectLimitMs } = this.#settings;
    // Random delay, so that gateways that started together do not check in step.
    this.#timer = setTimeout(this.#ask, intervalMs * (0.9 + Math.random() * 0.2)).unref();
    const request = new ProbeRequest(this.#target.location.authority, path, this.#take);
    const waitMs = Math.min(intervalMs * 0.8, longestWaitMs);
    const limit = setTimeout(
      () =>
        connection.destroy(
          new UpstreamError("DMM_GATEWAY_UPSTREAM_SLOW", `No response within ${waitMs} ms.`),
        ),
      waitMs,
    );
    request.onDone = () => {
      clearTimeout(limit);
      this.#running = undefined;
    };
    const connection = this.#target.send(request, connectLimitMs);
    request.connection = connection;
    this.#running = connection;
  };

  readonly #take = (healthy: boolean, reason: string): void => {
    if (this.#closed) return;
    this.#asked++;
    this.#contrary = healthy === this.#healthy ? 0 : this.#contrary + 1;
    if (this.#contrary < turns && !(this.#contrary === 1 && this.#asked === 1)) return;
    this.#contrary = 0;
    this.#healthy = healthy;
    this.#onChange({ origin: this.#target.origin, path: this.#settings.path, healthy, reason });
  };
}

/** One check, and the interpretation of its response. */
class ProbeRequest implements UpstreamRequest {
  readonly head: string;
  readonly toHead = false;
  readonly content = undefined;
  connection: UpstreamConnection | undefined;
  onDone: () => void = () => {};
  readonly #settle: (healthy: boolean, reason: string) => void;
  #status = 0;
  #bytes = 0;

  constructor(authority: string, path: string, settle: (healthy: boolean, reason: string) => void) {
    const fields = `host: ${authority}\r\nuser-agent: gateway-health\r\naccept: */*\r\n`;
    this.head = `GET ${path} HTTP/1.1\r\n${fields}\r\n`;
    this.#settle = settle;
  }

  onSent(): void {}

  onInterim(): void {}

  onWhole(head: ResponseHead): void {
    this.onHead(head);
    this.onEnd();
  }

  onHead({ status }: ResponseHead): void {
    this.#status = status;
  }

  onData(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > contentLimit)
      this.connection?.destroy(
        new UpstreamError(
          "DMM_GATEWAY_UPSTREAM_FAILED",
          `The response is longer than ${contentLimit} bytes.`,
        ),
      );
  }

  onEnd(): void {
    this.onDone();
    this.#settle(this.#status < 400, `The status was ${this.#status}.`);
  }

  onFailure(error: Error): void {
    this.onDone();
    this.#settle(false, describeReason(error));
  }
}
