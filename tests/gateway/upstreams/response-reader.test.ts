import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import type { ResponseHead } from "../../../gateway/upstreams/response-head.ts";
import {
  type Progress,
  ResponseReader,
  type ResponseReceiver,
} from "../../../gateway/upstreams/response-reader.ts";
import { UpstreamError } from "../../../gateway/upstreams/upstream-error.ts";

/** Records the calls to a receiver. */
class RecordingReceiver implements ResponseReceiver {
  status = 0;
  body = "";
  ends = 0;
  whole = false;
  fields: readonly string[] = [];
  readonly interims: number[] = [];

  onInterim({ status }: ResponseHead): void {
    this.interims.push(status);
  }

  onWhole(head: ResponseHead, body: string): void {
    this.onHead(head);
    this.body = body;
    this.whole = true;
    this.ends++;
  }

  onHead({ status, fields }: ResponseHead): void {
    this.status = status;
    this.fields = fields;
  }

  onData(chunk: Buffer): void {
    this.body += chunk.toString("latin1");
  }

  onEnd(): void {
    this.ends++;
  }
}

/** Reads parts that all arrive in the same buffer, as on a connection. */
function read(
  parts: readonly string[],
  { toHead = false } = {},
): { told: RecordingReceiver; progress: Progress } {
  const told = new RecordingReceiver();
  const reader = new ResponseReader(told, toHead);
  const buffer = Buffer.alloc(100_000);
  let progress: Progress = "open";
  for (const part of parts) {
    buffer.fill("!");
    progress = reader.read(buffer, buffer.write(part, "latin1"));
    if (progress !== "open") break;
  }
  return { told, progress };
}

const cut = (text: string, at: readonly number[]): string[] => {
  const places = [0, ...new Set(at.map((place) => place % text.length)), text.length].sort((a, b) => a - b);
  return places
    .slice(1)
    .map((place, index) => text.slice(places[index], place))
    .filter((part) => part !== "");
};

test("a response in one packet is delivered at once, with the length of chunked content", async () => {
  const { told, progress } = read([
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
  ]);
  assert.equal(progress, "complete");
  assert.deepEqual([told.whole, told.body, told.fields], [true, "abc", ["content-length", "3"]]);
});

test("a response is the same wherever the network splits it", async () => {
  const bodies = fc.array(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 40 }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(
      bodies,
      fc.array(fc.nat(1000), { maxLength: 12 }),
      fc.boolean(),
      (pieces, places, chunked) => {
        const body = pieces.join("");
        const framed = chunked
          ? `Transfer-Encoding: chunked\r\n\r\n${pieces.map((piece) => `${piece.length.toString(16)};x=1\r\n${piece}\r\n`).join("")}0\r\nTrailer: x\r\n\r\n`
          : `Content-Length: ${body.length}\r\n\r\n${body}`;
        const text = `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nA: b\r\n${framed}`;
        const { told, progress } = read(cut(text, places));
        assert.deepEqual([progress, told.status, told.body, told.ends], ["complete", 201, body, 1]);
      },
    ),
    { numRuns: 1000 },
  );
});

test("bytes after a response are detected, and are not part of it", async () => {
  for (const response of [
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "HTTP/1.1 204 No Content\r\n\r\n",
  ]) {
    const { told, progress } = read([`${response}HTTP/1.1 200 OK\r\n`]);
    assert.deepEqual([progress, told.ends, told.body], ["overrun", 1, response.includes("ok") ? "ok" : ""]);
    const body = response.slice(0, -3);
    assert.equal(read([body, `${response.slice(-3)}more`]).progress, "overrun");
  }
});

test("a response to HEAD has no body, whatever it announces", async () => {
  const { told, progress } = read(["HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"], { toHead: true });
  assert.deepEqual([progress, told.ends, told.fields], ["complete", 1, ["content-length", "99"]]);
});

test("a response without a length ends with its connection, and no other does", async () => {
  const told = new RecordingReceiver();
  const until = new ResponseReader(told, false);
  assert.equal(until.end(), false);
  for (const part of ["HTTP/1.1 200 OK\r\n\r\n", "a", "b"]) until.read(Buffer.from(part), part.length);
  assert.equal(told.ends, 0);
  assert.equal(until.end(), true);
  assert.deepEqual([told.body, told.ends], ["ab", 1]);
  const short = new ResponseReader(new RecordingReceiver(), false);
  const text = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab";
  short.read(Buffer.from(text), text.length);
  assert.equal(short.end(), false);
});

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const refused: Readonly<Record<string, string>> = {
  "a head without an end": `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(4000)}`,
  "an unrequested switch of protocols": "HTTP/1.1 101 Switching Protocols\r\n\r\n",
  "interim responses without an end": "HTTP/1.1 100 Continue\r\n\r\n".repeat(21),
  "a chunk's size with a sign": `${chunked}+2\r\nok\r\n`,
  "a chunk's size with a prefix": `${chunked}0x2\r\nok\r\n`,
  "no size": `${chunked}\r\nok\r\n`,
  "an enormous size": `${chunked}${"f".repeat(13)}\r\n`,
  "a size that ends in LF alone": `${chunked}2\nok\r\n`,
  "a bare CR before a size's end": `${chunked}2;\rx\r\nok\r\n`,
  "a chunk that is longer than its size": `${chunked}2\r\nokay\r\n`,
  "an extension without an end": `${chunked}2;${"x".repeat(2000)}`,
  "a trailer without an end": `${chunked}0\r\n${"A: b\r\n".repeat(4000)}`,
};

for (const [what, text] of Object.entries(refused))
  test(`${what} is refused`, async () => {
    assert.throws(() => read([text]), UpstreamError);
    assert.throws(() => read([...text]), UpstreamError);
  });
