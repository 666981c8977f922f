/** Which pages of other origins may use a route from a browser (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export interface Cors {
  /** As browsers send them, `https://app.example.com`; `*` alone is every origin. */
  readonly origins: readonly string[];
  /** Request header fields beyond those that every page may send. */
  readonly headers: readonly string[];
  /** Response header fields that pages may read beside the gateway's own. */
  readonly exposedHeaders: readonly string[];
  /** Whether pages may use the browser's cookies and client certificates. */
  readonly credentials: boolean;
  /** How long a browser may remember a preflight, in seconds. */
  readonly maxAgeSeconds: number;
}
