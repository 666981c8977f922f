/** One claim of the standards: what a client sends, what it receives, and what an upstream receives. */
export interface ConformanceRow {
  /** RFC and section. */
  readonly source: string;
  /** Packets; each is sent after the previous one has arrived. `TOKEN` stands for a valid access token. */
  readonly sent: readonly string[];
  /** Statuses in order, until the connection ends or is idle. */
  readonly statuses: readonly number[];
  /** Statuses through the local load balancer if different, as it decides first (`docs/local-region.md`). */
  readonly balanced?: readonly number[];
  /** Request lines that the upstream receives, none for a refused request. */
  readonly forwarded?: readonly string[];
  /** Fields that the upstream receives, among others. */
  readonly fields?: readonly string[];
  /** Body that the upstream receives. */
  readonly body?: string;
  /** Content of the response. */
  readonly response?: RegExp;
  /** For the gateway alone, since a balancer uses its own connection. */
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
/** A request hidden in the body of another. */
export const hidden = get("/c/hidden");
export const hiding = `POST /c/x HTTP/1.1\r\nHost: api.test\r\nContent-Length: ${hidden.length}\r\n\r\n`;
