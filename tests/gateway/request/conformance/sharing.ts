import { bearer, type ConformanceRow, close, get } from "./row.ts";

const preflight = (path: string, origin: string, method: string) =>
  `OPTIONS ${path} HTTP/1.1\r\nHost: api.test\r\nOrigin: ${origin}\r\nAccess-Control-Request-Method: ${method}\r\n${close}\r\n`;

/** https://fetch.spec.whatwg.org/#http-cors-protocol */
export const sharingRows: Readonly<Record<string, ConformanceRow>> = {
  "a preflight gets a response without a token": {
    source: "Fetch, CORS protocol",
    sent: [preflight("/x/shared", "https://app.test", "POST")],
    statuses: [204],
    response:
      /access-control-allow-origin: https:\/\/app\.test\r\naccess-control-allow-credentials: true\r\nvary: origin\r\naccess-control-allow-methods: .*POST.*\r\naccess-control-allow-headers: authorization, content-type, dpop\r\naccess-control-max-age: 600\r\n/i,
  },
  "a preflight of another origin gets no CORS fields": {
    source: "Fetch, CORS protocol",
    sent: [preflight("/x/shared", "https://evil.test", "POST")],
    statuses: [204],
    response: /^(?![\s\S]*access-control)[\s\S]*vary: origin/i,
  },
  "a preflight for a method that the route does not have is 405": {
    source: "Fetch, CORS protocol",
    sent: [preflight("/x/shared", "https://app.test", "PATCH")],
    statuses: [405],
  },
  "a preflight to a route that is not shared is 405": {
    source: "Fetch, CORS protocol",
    sent: [preflight("/p/x", "https://app.test", "GET")],
    statuses: [405],
    response: /^(?![\s\S]*access-control)/i,
  },
  "a page that may can read a refusal": {
    source: "Fetch, CORS protocol",
    sent: [get("/x/shared", `Origin: https://app.test\r\n${close}`)],
    statuses: [401],
    response:
      /access-control-allow-origin: https:\/\/app\.test\r\n[\s\S]*access-control-expose-headers: dpop-nonce, retry-after, www-authenticate, x-request-id, etag\r\n/i,
  },
  "a page that may not can read no refusal": {
    source: "Fetch, CORS protocol",
    sent: [get("/x/shared", `Origin: https://evil.test\r\n${close}`)],
    statuses: [401],
    response: /^(?![\s\S]*access-control)[\s\S]*vary: origin/i,
  },
  "the route says who may read, not its upstream": {
    source: "Fetch, CORS protocol",
    sent: [get("/x/shared", `Origin: https://app.test\r\n${bearer}${close}`)],
    statuses: [200],
    forwarded: ["GET /x/shared HTTP/1.1"],
    response:
      /^(?![\s\S]*allow-origin: \*)[\s\S]*vary: accept\r\n[\s\S]*access-control-allow-origin: https:\/\/app\.test\r\n/i,
  },
  "a request without an origin gets Vary for caches": {
    source: "RFC 9110 12.5.5",
    sent: [get("/x/shared", bearer + close)],
    statuses: [200],
    forwarded: ["GET /x/shared HTTP/1.1"],
    response: /^(?![\s\S]*access-control)[\s\S]*vary: origin\r\n/i,
  },
  "a route for every origin is shared with any": {
    source: "Fetch, CORS protocol",
    sent: [get("/y/x", `Origin: https://any.test\r\n${close}`)],
    statuses: [200],
    forwarded: ["GET /y/x HTTP/1.1"],
    response: /^(?![\s\S]*credentials)[\s\S]*access-control-allow-origin: \*\r\n/i,
  },
  "what an upstream shares itself passes where the route says nothing": {
    source: "Fetch, CORS protocol",
    sent: [get("/c/shared", `Origin: https://any.test\r\n${close}`)],
    statuses: [200],
    forwarded: ["GET /c/shared HTTP/1.1"],
    response: /access-control-allow-origin: \*\r\n/i,
  },
};
