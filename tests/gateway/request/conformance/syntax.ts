import { type ConformanceRow, close, get } from "./row.ts";

/** Syntax that the gateway refuses and HAProxy accepts: the target has one interpretation. */
export const syntaxRows: Readonly<Record<string, ConformanceRow>> = {
  "a line that ends in a bare line feed is malformed": {
    source: "RFC 9112 2.2",
    sent: ["GET /c/x HTTP/1.1\nHost: api.test\nConnection: close\n\n"],
    statuses: [400],
    balanced: [200],
  },
  "a folded field is malformed": {
    source: "RFC 9112 5.2",
    sent: [get("/c/x", `X-Folded: a\r\n b\r\n${close}`)],
    statuses: [400],
    balanced: [200],
  },
  "two Hosts of equal value are two": {
    source: "RFC 9112 3.2",
    sent: [get("/c/x", `Host: api.test\r\n${close}`)],
    statuses: [400],
    balanced: [200],
  },
};
