/** One claim of the standards: what a client sends, what it gets, and what an upstream sees of it. */
export interface ConformanceRow {
  /** RFC and section. */
  readonly source: string;
  /** Packets; the next one leaves when the one before has arrived. `TOKEN` stands for a valid access token. */
  readonly sent: readonly string[];
  /** Statuses in order, until the connection ends or is quiet. */
  readonly statuses: readonly number[];
  /** Statuses through the local load balancer where they differ, as it judges first (`docs/local-region.md`). */
  readonly balanced?: readonly number[];
  /** Request lines that the upstream sees, none for a refused request. */
  readonly forwarded?: readonly string[];
  /** Fields that the upstream sees among others. */
  readonly fields?: readonly string[];
  /** Body that the upstream sees. */
  readonly body?: string;
  /** What stands in the response. */
  readonly response?: RegExp;
  /** What only the gateway alone can be asked, since a balancer has its own connection. */
  readonly direct?: true;
}

export const close = "Connection: close\r\n";
export const get = (target: string, more = "", version = "HTTP/1.1") =>
  `GET ${target} ${version}\r\nHost: api.test\r\n${more}\r\n`;
export const post = (target: string, more: string, body: string) =>
  `POST ${target} HTTP/1.1\r\nHost: api.test\r\n${more}\r\n${body}`;
export const bearer = "Authorization: Bearer TOKEN\r\n";
export const h2c = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
export const webSocket =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
/** A request that hides in the body of another. */
export const hidden = get("/c/hidden");
export const hiding = `POST /c/x HTTP/1.1\r\nHost: api.test\r\nContent-Length: ${hidden.length}\r\n\r\n`;
