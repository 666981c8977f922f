/** A request as bytes; `more` are further fields, each with its line end. */
export const get = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;

export const post = (path: string, more: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n${body}`;

export const close = "Connection: close\r\n";

/** Bytes to send, and the statuses of the responses before the connection ends. */
export const oddRequests: Readonly<Record<string, readonly [string, readonly number[]]>> = {
  "HTTP/1.0": ["GET /h/echo HTTP/1.0\r\nHost: a\r\n\r\n", [200]],
  "HTTP/1.0 that keeps its connection": [
    "GET /h/echo HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\nGET /h/echo HTTP/1.0\r\nHost: a\r\n\r\n",
    [200, 200],
  ],
  "HTTP/1.0 that expects an interim response": [
    "POST /h/echo HTTP/1.0\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx",
    [200],
  ],
  "HTTP/0.9": ["GET /h/echo\r\n\r\n", [400]],
  "HTTP/1.2": [get("/h/echo", close).replace("1.1", "1.2"), [505]],
  "HTTP/2": ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [505]],
  "an absolute target": [get("http://a/h/echo", close), [200]],
  "an authority as target": [get("a:80"), [400]],
  "no target": [get("", close), [400]],
  "OPTIONS of everything": ["OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", [400]],
  "OPTIONS of a route": [`OPTIONS /h/echo HTTP/1.1\r\nHost: a\r\n${close}\r\n`, [200]],
  CONNECT: ["CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", [400]],
  "CONNECT behind a request": [`${get("/h/echo")}CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n`, [200, 400]],
  TRACE: [`TRACE /h/echo HTTP/1.1\r\nHost: a\r\n${close}\r\n`, [405]],
  "a method that the route does not have": [`PURGE /h/echo HTTP/1.1\r\nHost: a\r\n${close}\r\n`, [405]],
  "an unknown method": ["BREW /h/echo HTTP/1.1\r\nHost: a\r\n\r\n", [400]],
  "a method in lower case": ["get /h/echo HTTP/1.1\r\nHost: a\r\n\r\n", [400]],
  "a control character in a value": [get("/h/echo", "X-A: a\x01b\r\n"), [400]],
  "a return in a value": [get("/h/echo", "X-A: a\rX-B: b\r\n"), [400]],
  "a space before a colon": [get("/h/echo", "X-A : b\r\n"), [400]],
  "a field without a name": [get("/h/echo", ": b\r\n"), [400]],
  "a fold": [get("/h/echo", "X-A: b\r\n c\r\n"), [400]],
  "a chunk's size with a sign": [post("/h/echo", "Transfer-Encoding: chunked\r\n", "-1\r\n"), [400]],
  "a chunk's size that is none": [
    post("/h/echo", "Transfer-Encoding: chunked\r\n", "0x1\r\nx\r\n0\r\n\r\n"),
    [400],
  ],
  "a chunk that is longer than it says": [
    post("/h/echo", "Transfer-Encoding: chunked\r\n", "1\r\nxx\r\n0\r\n\r\n"),
    [400],
  ],
  "a length and chunks": [
    post("/h/echo", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    [400],
  ],
  "a length as trailer": [
    post("/h/echo", "Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 5\r\n\r\n"),
    [400],
  ],
  "trailers that are too large": [
    post("/h/echo", "Transfer-Encoding: chunked\r\n", `0\r\nX-A: ${"a".repeat(50_000)}\r\n\r\n`),
    [431],
  ],
  "a chunk extension that is too large": [
    post("/h/echo", "Transfer-Encoding: chunked\r\n", `1;${"e".repeat(20_000)}\r\nx\r\n0\r\n\r\n`),
    [400],
  ],
  "a length with a sign": [post("/h/echo", "Content-Length: +1\r\n", "x"), [400]],
  "an expectation in other letters": [
    post("/h/echo", `Expect: 100-Continue\r\nContent-Length: 1\r\n${close}`, "x"),
    [100, 200],
  ],
  "an expectation among others": [
    post("/h/echo", "Expect: 100-continue, x\r\nContent-Length: 1\r\n", "x"),
    [417],
  ],
  "an expectation without a body": [get("/h/echo", `Expect: 100-continue\r\n${close}`), [200]],
  "a WebSocket with a body": [
    get("/h/echo", "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n").concat("hello"),
    [400],
  ],
  "a WebSocket behind a request": [
    get("/h/wait?ms=50") + get("/h/echo", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
    [200, 200],
  ],
  "a WebSocket by POST": [
    post("/h/echo", "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n", "x"),
    [200],
  ],
  "a WebSocket to nowhere": [get("/nowhere", "Connection: Upgrade\r\nUpgrade: websocket\r\n"), [404]],
  "another protocol": [get("/h/echo", "Connection: Upgrade\r\nUpgrade: h2c\r\n"), [200]],
};
