/** CORS settings of a route (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export interface Cors {
  /** As browsers send them, `https://app.example.com`; `*` alone is every origin. */
  readonly origins: readonly string[];
  /** Allowed request header fields beyond the safelisted ones. */
  readonly headers: readonly string[];
  /** Response header fields that pages may read besides the gateway's own. */
  readonly exposedHeaders: readonly string[];
  /** Whether pages may use the browser's cookies and client certificates. */
  readonly credentials: boolean;
  /** How long a browser may cache a preflight, in seconds. */
  readonly maxAgeSeconds: number;
}
