import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { createClose, FrameBoundary } from "../../../gateway/request/websocket-frames.ts";

/** A frame as in RFC 6455 section 5.2; its content does not matter. */
function createFrame(bytes: number, masked: boolean): Buffer {
  const length =
    bytes < 126
      ? Buffer.from([bytes])
      : bytes < 65_536
        ? Buffer.from([126, bytes >> 8, bytes & 0xff])
        : Buffer.from([127, 0, 0, 0, 0, 0, bytes >> 16, (bytes >> 8) & 0xff, bytes & 0xff]);
  if (masked) length[0]! |= 0x80;
  return Buffer.concat([
    Buffer.from([0x82]),
    length,
    Buffer.alloc(masked ? 4 : 0, 7),
    Buffer.alloc(bytes, 0x88),
  ]);
}

test("a boundary is exactly where a frame ended, however the bytes are split", async () => {
  const sizes = fc.array(fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536, 70_000), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(sizes, fc.boolean(), fc.array(fc.nat(200_000), { maxLength: 8 }), (frames, masked, cuts) => {
      const whole = frames.map((bytes) => createFrame(bytes, masked));
      const ends = new Set([0]);
      let end = 0;
      for (const frame of whole) {
        end += frame.length;
        ends.add(end);
      }
      const bytes = Buffer.concat(whole);
      const boundary = new FrameBoundary();
      const places = [...new Set([...cuts.map((cut) => cut % bytes.length), bytes.length])].sort(
        (a, b) => a - b,
      );
      let at = 0;
      for (const place of places) {
        boundary.pass(bytes.subarray(at, place));
        at = place;
        assert.equal(boundary.isBetween, ends.has(at), `at ${at} of ${bytes.length}`);
      }
    }),
  );
});

test("the close frame has the status 1001, masked towards a server", async () => {
  assert.deepEqual([...createClose(1001, { masked: false })], [0x88, 2, 3, 0xe9]);
  const [first, second, ...rest] = createClose(1001, { masked: true });
  assert.deepEqual([first, second], [0x88, 0x82]);
  assert.deepEqual([rest[4]! ^ rest[0]!, rest[5]! ^ rest[1]!], [3, 0xe9]);
});
