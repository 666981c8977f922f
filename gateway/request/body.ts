import { GatewayError } from "../errors.ts";
import type { Routed } from "../exchange/exchange.ts";
import type { RequestContent, UpstreamConnection } from "../upstreams/connection.ts";

/**
 * The content of a client's request on its way to the upstream, at the upstream's pace. Content without an
 * announced length is counted and sent in chunks.
 */
export class PassedContent implements RequestContent {
  readonly #exchange: Routed;
  #connection: UpstreamConnection | undefined;
  #bytes = 0;
  /** Whether the upstream is the slow side. */
  #paused = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(exchange: Routed) {
    this.#exchange = exchange;
  }

  /** Whether the upstream would accept more than the client has sent. */
  get waitsForClient(): boolean {
    return this.#connection !== undefined && !this.#paused;
  }

  begin(connection: UpstreamConnection): void {
    const { head, request, response, route } = this.#exchange;
    this.#connection = connection;
    if (head.expectsContinue) response.writeContinue();
    // Stalled content must not keep the connection.
    this.#timer = setTimeout(this.#stall, route.idleLimitMs);
    request.on("data", this.#pass);
    request.once("end", this.#finish);
  }

  goOn(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#timer?.refresh();
    this.#exchange.request.resume();
  }

  /** No longer forwarded; further input is read and dropped. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#connection = undefined;
  }

  readonly #pass = (chunk: Buffer): void => {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#timer?.refresh();
    const { head, request, route } = this.#exchange;
    this.#bytes += chunk.length;
    if (this.#bytes > route.bodyLimitBytes) {
      connection.destroy(new GatewayError("DMM_GATEWAY_BODY_TOO_LARGE"));
      return;
    }
    const takesMore = head.chunked
      ? connection.write(`${chunk.length.toString(16)}\r\n`, chunk, "\r\n")
      : connection.write(chunk);
    if (takesMore) return;
    this.#paused = true;
    request.pause();
  };

  readonly #finish = (): void => {
    const connection = this.#connection;
    this.stop();
    if (connection === undefined) return;
    if (this.#exchange.head.chunked) connection.write("0\r\n\r\n");
    connection.finish();
  };

  readonly #stall = (): void => {
    this.#connection?.destroy(
      new GatewayError(this.#paused ? "DMM_GATEWAY_UPSTREAM_SLOW" : "DMM_GATEWAY_REQUEST_SLOW"),
    );
  };
}
