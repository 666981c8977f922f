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

const close = "Connection: close\r\n";
const get = (target: string, more = "", version = "HTTP/1.1") =>
  `GET ${target} ${version}\r\nHost: api.test\r\n${more}\r\n`;
const post = (target: string, more: string, body: string) =>
  `POST ${target} HTTP/1.1\r\nHost: api.test\r\n${more}\r\n${body}`;
const bearer = "Authorization: Bearer TOKEN\r\n";
const h2c = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
const webSocket =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
/** A request that hides in the body of another. */
const hidden = get("/c/hidden");
const hiding = `POST /c/x HTTP/1.1\r\nHost: api.test\r\nContent-Length: ${hidden.length}\r\n\r\n`;

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

/** What the gateway refuses and HAProxy forgives: the target gets one reading. */
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

export const forwardingRows: Readonly<Record<string, ConformanceRow>> = {
  "a request says who forwarded it": {
    source: "RFC 9110 7.6.3",
    sent: [get("/c/x", close)],
    statuses: [200],
    forwarded: ["GET /c/x HTTP/1.1"],
    fields: ["via: 1.1 api.test"],
  },
  "Via goes on with the version that was received": {
    source: "RFC 9110 7.6.3",
    sent: [get("/c/x", "Via: 1.0 fred, 1.1 p.example.net (Apache/1.1)\r\nVia: 2 third\r\n", "HTTP/1.0")],
    statuses: [200],
    forwarded: ["GET /c/x HTTP/1.1"],
    fields: ["via: 1.0 fred, 1.1 p.example.net (Apache/1.1), 2 third, 1.0 api.test"],
    direct: true,
  },
  "the Via of a response passes": {
    source: "RFC 9110 7.6.3",
    sent: [get("/c/via", close)],
    statuses: [200],
    forwarded: ["GET /c/via HTTP/1.1"],
    response: /\r\nvia: 1\.1 behind\r\n/i,
  },
  "a request that was here before is a loop": {
    source: "RFC 9110 7.6.3, RFC 5842 7.2",
    sent: [get("/c/x", `Via: 1.1 other, 1.1 API.test\r\n${close}`)],
    statuses: [508],
  },
  "a route that leads to the gateway ends at the first repetition": {
    source: "RFC 9110 7.6.3",
    sent: [get("/loop/x", close)],
    statuses: [508],
  },
  "response fields keep their bytes": {
    source: "RFC 9110 5.5",
    sent: [get("/c/bytes", close)],
    statuses: [200],
    forwarded: ["GET /c/bytes HTTP/1.1"],
    response: /x-name: J\xfcrgen \xe2\x82\xac\r\n/i,
  },
  "response fields keep their bytes where the body comes later": {
    source: "RFC 9110 5.5",
    sent: [get("/c/bytes-first", close)],
    statuses: [200],
    forwarded: ["GET /c/bytes-first HTTP/1.1"],
    response: /x-name: J\xfcrgen \xe2\x82\xac\r\n/i,
  },
  "request fields keep their bytes": {
    source: "RFC 9110 5.5",
    sent: [get("/c/x", `X-Name: J\xfcrgen \xe2\x82\xac\r\n${close}`)],
    statuses: [200],
    forwarded: ["GET /c/x HTTP/1.1"],
    fields: ["x-name: J\xfcrgen \xe2\x82\xac"],
  },
  "Early Hints pass": {
    source: "RFC 9110 15.2, RFC 8297",
    sent: [get("/c/hints", close)],
    statuses: [103, 200],
    forwarded: ["GET /c/hints HTTP/1.1"],
    response: /^HTTP\/1\.1 103 Early Hints\r\nlink: <\/s\.css>; rel=preload\r\n\r\n/i,
  },
  "Early Hints keep their bytes": {
    source: "RFC 9110 5.5",
    sent: [get("/c/bytes-hint", close)],
    statuses: [103, 200],
    forwarded: ["GET /c/bytes-hint HTTP/1.1"],
    response: /^HTTP\/1\.1 103 .*\r\nx-name: J\xfcrgen \xe2\x82\xac\r\n/i,
  },
  "HTTP/1.0 gets no interim response": {
    source: "RFC 9110 15.2",
    sent: [get("/c/hints", "", "HTTP/1.0")],
    statuses: [200],
    forwarded: ["GET /c/hints HTTP/1.1"],
    direct: true,
  },
  "an upstream's 100 is not for a client that did not ask": {
    source: "RFC 9110 10.1.1",
    sent: [get("/c/continue", close)],
    statuses: [200],
    forwarded: ["GET /c/continue HTTP/1.1"],
  },
  "a token in field and query is refused": {
    source: "RFC 6750 2",
    sent: [get("/p/x?a=b&access_token=TOKEN", bearer + close)],
    statuses: [400],
    response: /www-authenticate: Bearer .*error="invalid_request"/i,
  },
  "a token in field and query is refused, however it is spelled": {
    source: "RFC 6750 2",
    sent: [get("/p/x?%61ccess%5Ftoken=TOKEN", bearer + close)],
    statuses: [400],
  },
  "a token in field and query is refused on a route that needs none": {
    source: "RFC 6750 2",
    sent: [get("/c/x?access_token=TOKEN", bearer + close)],
    statuses: [400],
  },
  "a token in the query alone is none": {
    source: "RFC 6750 2.3",
    sent: [get("/p/x?access_token=TOKEN", close)],
    statuses: [401],
  },
  "a token in the field is taken": {
    source: "RFC 6750 2.1",
    sent: [get("/p/x?access_tokens=1", bearer + close)],
    statuses: [200],
    forwarded: ["GET /p/x?access_tokens=1 HTTP/1.1"],
  },
};
