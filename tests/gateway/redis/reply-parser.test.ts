import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import {
  RedisProtocolError,
  RedisReplyError,
  type Reply,
  ReplyParser,
} from "../../../gateway/redis/reply-parser.ts";

function parse(chunks: readonly Buffer[]): Reply[] {
  const replies: Reply[] = [];
  const parser = new ReplyParser((reply) => replies.push(reply));
  for (const chunk of chunks) parser.push(chunk);
  return replies;
}

function render(reply: Reply): string {
  if (reply === null) return "$-1\r\n";
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (typeof reply === "string") return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if (reply instanceof RedisReplyError) return `-${reply.message}\r\n`;
  return `*${reply.length}\r\n${reply.map(render).join("")}`;
}

const leaf = fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.constant(null));
const reply = fc.oneof(leaf, fc.array(leaf), fc.array(fc.array(leaf))) as fc.Arbitrary<Reply>;

test("replies are parsed the same however they are split", async () => {
  fc.assert(
    fc.property(fc.array(reply), fc.array(fc.nat(40)), (replies, cuts) => {
      const whole = Buffer.from(replies.map(render).join(""));
      const chunks: Buffer[] = [];
      let at = 0;
      for (const cut of cuts) {
        chunks.push(whole.subarray(at, at + cut));
        at += cut;
      }
      chunks.push(whole.subarray(at));
      assert.deepEqual(parse(chunks), replies);
    }),
  );
});

test("errors are distinguished from texts", async () => {
  const [error, text] = parse([Buffer.from("-MOVED 7 127.0.0.1:1\r\n+OK\r\n")]);
  assert.ok(error instanceof RedisReplyError);
  assert.equal(error.message, "MOVED 7 127.0.0.1:1");
  assert.equal(text, "OK");
});

for (const [what, wire] of [
  ["another protocol", "HTTP/1.1 400 Bad Request\r\n"],
  ["a length that is no number", "$1x\r\na\r\n"],
  ["a negative length", "$-2\r\n"],
  ["an absurd length", "$99999999999\r\n"],
  ["a text longer than announced", "$1\r\nabc\r\n"],
  ["a bare line feed", ":1\n"],
  ["an empty line", "\r\n"],
  ["lists in lists without end", "*1\r\n".repeat(20)],
] as const)
  test(`${what} is refused`, async () => {
    assert.throws(() => parse([Buffer.from(wire)]), RedisProtocolError);
  });
