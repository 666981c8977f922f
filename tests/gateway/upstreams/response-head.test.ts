import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { parseResponseHead } from "../../../gateway/upstreams/response-head.ts";
import { UpstreamError } from "../../../gateway/upstreams/upstream-error.ts";

const parse = (lines: readonly string[], toHead = false) =>
  parseResponseHead(lines.map((line) => `${line}\r\n`).join(""), toHead);

test("a header section is parsed: status, lower-case fields, framing, and connection-specific fields are removed", async () => {
  const head = parse([
    "HTTP/1.1 200 OK",
    "Content-Type: text/plain",
    "Set-Cookie: a=1",
    "set-cookie:b=2 \t",
    "X-Own: 1",
    "Connection: X-Own",
    "Keep-Alive: timeout=5, max=100",
    "X-Request-Id: theirs",
    "Content-Length: 2",
    "Empty:",
  ]);
  assert.deepEqual(head, {
    status: 200,
    fields: [
      ...["content-type", "text/plain", "set-cookie", "a=1", "set-cookie", "b=2"],
      ...["content-length", "2", "empty", ""],
    ],
    framing: "length",
    length: 2,
    persistent: true,
    keptSeconds: 5,
  });
});

test("the framing is the method's, the status's and the fields', in this order", async () => {
  const framing = (lines: readonly string[], toHead = false) => {
    const head = parse(lines, toHead);
    return [head.framing, head.persistent];
  };
  assert.deepEqual(framing(["HTTP/1.1 200 OK", "Transfer-Encoding: Chunked"]), ["chunked", true]);
  assert.deepEqual(framing(["HTTP/1.1 200 "]), ["close", false]);
  assert.deepEqual(framing(["HTTP/1.1 200"]), ["close", false]);
  assert.deepEqual(framing(["HTTP/1.0 200 OK", "Content-Length: 1", "Connection: keep-alive"]), [
    "length",
    false,
  ]);
  assert.deepEqual(framing(["HTTP/1.1 200 OK", "Content-Length: 1", "Connection: Foo ,Close"]), [
    "length",
    false,
  ]);
  // The announced body may follow nevertheless.
  assert.deepEqual(framing(["HTTP/1.1 200 OK", "Content-Length: 9"], true), ["none", false]);
  assert.deepEqual(framing(["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], true), ["none", false]);
  assert.deepEqual(framing(["HTTP/1.1 200 OK"], true), ["none", true]);
  assert.deepEqual(framing(["HTTP/1.1 304 Not Modified", "Content-Length: 9"]), ["none", true]);
  assert.deepEqual(framing(["HTTP/1.1 204 No Content"]), ["none", true]);
  assert.deepEqual(parse(["HTTP/1.1 204 No Content", "Content-Length: 0"]).fields, []);
  assert.deepEqual(parse(["HTTP/1.1 304 Not Modified", "Content-Length: 9"]).fields, ["content-length", "9"]);
});

const malformed: Readonly<Record<string, readonly string[]>> = {
  "another protocol": ["HTTP/2 200 OK"],
  "another version": ["HTTP/1.2 200 OK"],
  "small letters": ["http/1.1 200 OK"],
  "a status of two digits": ["HTTP/1.1 20 OK"],
  "a status of four digits": ["HTTP/1.1 2000 OK"],
  "two blanks before the status": ["HTTP/1.1  200 OK"],
  "a control character in the reason": ["HTTP/1.1 200 O\x07K"],
  "two lengths": ["HTTP/1.1 200 OK", "Content-Length: 2", "Content-Length: 2"],
  "a list of lengths": ["HTTP/1.1 200 OK", "Content-Length: 2, 2"],
  "a signed length": ["HTTP/1.1 200 OK", "Content-Length: +2"],
  "a hexadecimal length": ["HTTP/1.1 200 OK", "Content-Length: 0x2"],
  "an empty length": ["HTTP/1.1 200 OK", "Content-Length:"],
  "an enormous length": ["HTTP/1.1 200 OK", `Content-Length: ${"9".repeat(17)}`],
  "a length and a coding": ["HTTP/1.1 200 OK", "Content-Length: 2", "Transfer-Encoding: chunked"],
  "another coding": ["HTTP/1.1 200 OK", "Transfer-Encoding: gzip"],
  "two codings": ["HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"],
  "a coding twice": ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
  "a coding in HTTP/1.0": ["HTTP/1.0 200 OK", "Transfer-Encoding: chunked"],
  "a blank before the colon": ["HTTP/1.1 200 OK", "Content-Length : 2"],
  "a folded line": ["HTTP/1.1 200 OK", "A: b", " c"],
  "a field without a colon": ["HTTP/1.1 200 OK", "A"],
  "a field without a name": ["HTTP/1.1 200 OK", ": b"],
  "a name that is no token": ["HTTP/1.1 200 OK", "A(b): c"],
  "a bare CR in a value": ["HTTP/1.1 200 OK", "A: b\rc"],
  "a bare LF in a value": ["HTTP/1.1 200 OK", "A: b\nContent-Length: 5"],
  "a NUL in a value": ["HTTP/1.1 200 OK", "A: b\0"],
  "an empty first line": ["", "HTTP/1.1 200 OK"],
  "too many fields": ["HTTP/1.1 200 OK", ...Array.from({ length: 201 }, (_, index) => `A${index}: b`)],
};

for (const [what, lines] of Object.entries(malformed))
  test(`${what} is not a valid response`, async () => {
    assert.throws(() => parse(lines), UpstreamError);
  });

test("any bytes are parsed or refused, and no value can end its line", async () => {
  const line = fc.oneof(
    fc.constantFrom(
      "HTTP/1.1 200 OK",
      "Content-Length: 3",
      "Transfer-Encoding: chunked",
      "Connection: a, close",
    ),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      try {
        const { fields, status } = parse(["HTTP/1.1 200 OK", ...lines]);
        assert.ok(status >= 100 && fields.length % 2 === 0);
        for (const text of fields) assert.match(text, /^[\t\x20-\x7e\x80-\xff]*$/);
      } catch (error) {
        assert.ok(error instanceof UpstreamError);
      }
    }),
    { numRuns: 2000 },
  );
});

test("an upstream sets its own cookies and none of the gateway's", async () => {
  const set = (...values: string[]) =>
    parseResponseHead(
      `HTTP/1.1 200 OK\r\n${values.map((value) => `Set-Cookie: ${value}\r\n`).join("")}`,
      false,
    ).fields.filter((_, index) => index % 2 === 1);
  const own = ["a=oauth2-session; Path=/", "session=1", "__Host-session=1; Secure; Path=/"];
  const gateways = [
    "__Host-oauth2-session=x; Path=/; Secure",
    "__host-OAuth2-session.sig=x",
    "__Secure-oauth2-interaction=x",
    "oauth2-resume=x",
    " dmm-session=x",
    "__Host-dmm-session",
  ];
  assert.deepEqual(set(...gateways, ...own), own);
});
