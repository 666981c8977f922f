import { type ConformanceRow, close, get, h2c, hidden, hiding, post, webSocket } from "./row.ts";

export const upgradeRows: Readonly<Record<string, ConformanceRow>> = {
  "an upgrade that is not followed is an ordinary request, and the last of its connection": {
    source: "RFC 9110 7.8",
    sent: [get("/c/x", h2c)],
    statuses: [200],
    forwarded: ["GET /c/x HTTP/1.1"],
  },
  "a connection ends with a request whose upgrade is not followed": {
    source: "RFC 9112 9.6",
    sent: [get("/c/x", h2c)],
    statuses: [200],
    forwarded: ["GET /c/x HTTP/1.1"],
    response: /\r\nconnection: close\r\n/i,
    direct: true,
  },
  "the body of a request behind an upgrade is never a request": {
    source: "RFC 9112 11.2",
    sent: [get("/c/x", h2c) + hiding, hidden],
    statuses: [200],
    forwarded: ["GET /c/x HTTP/1.1"],
    direct: true,
  },
  "garbage behind an upgrade gets no other response": {
    source: "RFC 9112 11.2",
    sent: [get("/c/x", h2c), "\0garbage\r\n\r\n"],
    statuses: [200],
    forwarded: ["GET /c/x HTTP/1.1"],
    direct: true,
  },
  "a request behind a request that closes is never run": {
    source: "RFC 9112 9.6",
    sent: [get("/c/x", close) + hidden, hidden],
    statuses: [200],
    forwarded: ["GET /c/x HTTP/1.1"],
  },
  "content that comes with an upgrade is content": {
    source: "RFC 9110 7.8",
    sent: [post("/c/x", `${h2c}Content-Length: 5\r\n`, "hello")],
    statuses: [200],
    forwarded: ["POST /c/x HTTP/1.1"],
    body: "hello",
  },
  "a WebSocket is not for HTTP/1.0": {
    source: "RFC 9110 7.8",
    sent: [get("/c/x", webSocket, "HTTP/1.0")],
    statuses: [200],
    forwarded: ["GET /c/x HTTP/1.1"],
  },
  "CONNECT leads nowhere": {
    source: "RFC 9110 9.3.6",
    sent: ["CONNECT api.test:80 HTTP/1.1\r\nHost: api.test:80\r\n\r\n"],
    statuses: [400],
  },
  "what follows CONNECT is no request": {
    source: "RFC 9110 9.3.6",
    sent: [`CONNECT api.test:80 HTTP/1.1\r\nHost: api.test:80\r\n\r\n${hidden}`],
    statuses: [400],
    direct: true,
  },
};
