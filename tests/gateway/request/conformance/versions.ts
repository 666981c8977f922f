import { type ConformanceRow, get, post, webSocket } from "./row.ts";

export const versionRows: Readonly<Record<string, ConformanceRow>> = {
  "HTTP/1.0 is forwarded as HTTP/1.1": {
    source: "RFC 9110 2.5",
    sent: [get("/c/x", "", "HTTP/1.0")],
    statuses: [200],
    forwarded: ["GET /c/x HTTP/1.1"],
  },
  "chunks are not for HTTP/1.0": {
    source: "RFC 9112 6.1",
    sent: [`POST /c/x HTTP/1.0\r\nHost: api.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    statuses: [400],
  },
  "a request line without a version is malformed": {
    source: "RFC 9112 3",
    sent: ["GET /c/x\r\nHost: api.test\r\n\r\n"],
    statuses: [400],
  },
  "HTTP/0.9 is no version of the format": {
    source: "RFC 9112 2.3",
    sent: [get("/c/x", "", "HTTP/0.9")],
    statuses: [400],
    balanced: [505],
  },
  "HTTP/2.0 in a request line is not supported": {
    source: "RFC 9110 15.6.6",
    sent: [get("/c/x", "", "HTTP/2.0")],
    statuses: [505],
  },
  "HTTP/3.0 in a request line is not supported": {
    source: "RFC 9110 15.6.6",
    sent: [get("/c/x", "", "HTTP/3.0")],
    statuses: [505],
  },
  "HTTP/2.0 is no way to a WebSocket": {
    source: "RFC 9110 15.6.6",
    sent: [get("/c/x", webSocket, "HTTP/2.0")],
    statuses: [505],
  },
  "HTTP/2.0 is no way to chunks": {
    source: "RFC 9110 15.6.6",
    sent: [post("/c/x", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n").replace("1.1", "2.0")],
    statuses: [505],
  },
  "a version in lower case is malformed": {
    source: "RFC 9112 2.3",
    sent: [get("/c/x", "", "http/1.1")],
    statuses: [400],
  },
  "a version of three digits is malformed": {
    source: "RFC 9112 2.3",
    sent: [get("/c/x", "", "HTTP/1.10")],
    statuses: [400],
  },
};
