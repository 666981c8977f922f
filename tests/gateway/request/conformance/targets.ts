import { type ConformanceRow, close, get } from "./row.ts";

export const targetRows: Readonly<Record<string, ConformanceRow>> = {
  "a query passes as it came": {
    source: "RFC 3986 3.4",
    sent: [get("/c/x?re=\\d+&p=/../%2f%5c%zz&q=a;b", close)],
    statuses: [200],
    forwarded: ["GET /c/x?re=\\d+&p=/../%2f%5c%zz&q=a;b HTTP/1.1"],
  },
  "a path of two readings is refused": {
    source: "RFC 3986 3.3",
    sent: [get("/c/a%2f..%2fb", close)],
    statuses: [400],
  },
  "an absolute target is taken, and its authority counts": {
    source: "RFC 9112 3.2.2",
    sent: [get("http://orders.api.test/c/x?a=b", close)],
    statuses: [200],
    balanced: [400],
    forwarded: ["GET /c/x?a=b HTTP/1.1"],
    fields: ["x-forwarded-host: orders.api.test"],
  },
  "an absolute target with the same authority is taken": {
    source: "RFC 9112 3.2.2",
    sent: [get("http://api.test/c/x?a=b", close)],
    statuses: [200],
    forwarded: ["GET /c/x?a=b HTTP/1.1"],
    fields: ["x-forwarded-host: api.test"],
  },
  "an absolute target without a path is the root": {
    source: "RFC 9110 4.2.3",
    sent: [get("http://api.test", close)],
    statuses: [404],
  },
  "an absolute target with user information is refused": {
    source: "RFC 9110 4.2.4",
    sent: [get("http://api.test@evil.test/c/x", close)],
    statuses: [400],
  },
  "an absolute target needs a Host as well": {
    source: "RFC 9112 3.2",
    sent: ["GET http://api.test/c/x HTTP/1.1\r\nConnection: close\r\n\r\n"],
    statuses: [400],
  },
  "an absolute target does not excuse an invalid Host": {
    source: "RFC 9112 3.2",
    sent: ["GET http://api.test/c/x HTTP/1.1\r\nHost: a@b\r\n\r\n"],
    statuses: [400],
  },
  "an absolute target does not excuse two Hosts": {
    source: "RFC 9112 3.2",
    sent: [get("http://api.test/c/x", "Host: b\r\n")],
    statuses: [400],
  },
  "a target of another scheme is refused": {
    source: "RFC 9112 3.2.2",
    sent: [get("ftp://api.test/c/x", close)],
    statuses: [400],
  },
  "a target that is too long is 414": {
    source: "RFC 9112 3",
    sent: [get(`/c/x?${"q".repeat(16_400)}`)],
    statuses: [414],
    response: /\r\ndate: .* GMT\r\n/i,
  },
  "a target that no buffer takes is 414": {
    source: "RFC 9112 3",
    sent: [get(`/c/x?${"q".repeat(60_000)}`)],
    statuses: [414],
    response: /\r\ndate: .* GMT\r\n/i,
  },
  "8,000 octets of a target are taken": {
    source: "RFC 9112 3",
    sent: [get(`/c/x?${"q".repeat(8000)}`, close)],
    statuses: [200],
    forwarded: [`GET /c/x?${"q".repeat(8000)} HTTP/1.1`],
  },
  "fields that are too large are 431": {
    source: "RFC 6585 5",
    sent: [get("/c/x", `X-Long: ${"v".repeat(16_300)}\r\nX-More: ${"v".repeat(200)}\r\n`)],
    statuses: [431],
  },
  "one field that is too large is 431": {
    source: "RFC 6585 5",
    sent: [get("/c/x", `X-Long: ${"v".repeat(16_400)}\r\n`)],
    statuses: [431],
    balanced: [400],
  },
  "a head that no buffer takes is 431": {
    source: "RFC 6585 5",
    sent: [get("/c/x", `X-Long: ${"v".repeat(14_000)}\r\n`.repeat(7))],
    statuses: [431],
    balanced: [400],
  },
  "201 fields are 431": {
    source: "RFC 6585 5",
    sent: [get("/c/x", Array.from({ length: 200 }, (_, index) => `f${index}: 1\r\n`).join(""))],
    statuses: [431],
  },
  "150 fields are taken": {
    source: "RFC 9110 5.4",
    sent: [get("/c/x", close + Array.from({ length: 150 }, (_, index) => `f${index}: 1\r\n`).join(""))],
    statuses: [200],
    forwarded: ["GET /c/x HTTP/1.1"],
    fields: ["f0: 1", "f149: 1"],
  },
  "a dot at the end of a host makes no other host": {
    source: "RFC 3986 3.2.2",
    sent: [`GET /o/x HTTP/1.1\r\nHost: Orders.API.test.:8443\r\n${close}\r\n`],
    statuses: [200],
    forwarded: ["GET /o/x HTTP/1.1"],
  },
  "a response that was never a request has a date": {
    source: "RFC 9110 6.6.1",
    sent: ["\0garbage\r\n\r\n"],
    statuses: [400],
    response: /\r\ndate: .* GMT\r\n/i,
    direct: true,
  },
};
