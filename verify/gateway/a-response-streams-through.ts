import { type Check, fail, inconclusive, pass } from "../check.ts";
import { ask } from "../client/insider-request.ts";

/** Number, size and interval of the pieces that the upstream sends. */
const pieces = 8;
const bytesEach = 512;
const everyMs = 100;

export const aResponseStreamsThrough: Check = {
  claim: "a response streams through",
  proof: "chunks that the upstream sends 100 ms apart arrive spread over time, not all at the end",
  timeoutMs: 15_000,
  async run(context) {
    const path = `/verify/stream?chunks=${pieces}&bytes=${bytesEach}&everyMs=${everyMs}`;
    const response = await ask(context, { what: `GET ${path}`, path, token: await context.tokens.shared() });
    if (response.status !== 200) return fail(`GET ${path} should return 200 but returned ${response.status}`);
    context.evidence.record("arrivals", response.pieces);
    const bytes = response.pieces.reduce((sum, piece) => sum + piece.bytes, 0);
    if (bytes !== pieces * bytesEach) return fail(`${bytes} of ${pieces * bytesEach} bytes arrived`);
    const first = response.pieces[0]?.atMs ?? 0;
    const spreadMs = (response.pieces.at(-1)?.atMs ?? 0) - first;
    const sentOverMs = (pieces - 1) * everyMs;
    if (response.elapsedMs < sentOverMs)
      return inconclusive("the upstream sent its chunks faster than requested");
    // A buffer delivers everything at the end; half the time is far from both extremes.
    if (spreadMs < sentOverMs / 2) {
      return fail(
        `the chunks were sent over ${sentOverMs} ms and arrived within ${Math.round(spreadMs)} ms: something buffers them`,
      );
    }
    // Two may share a packet on a busy machine; more together indicate buffering.
    if (response.pieces.length < pieces - 2) {
      return fail(
        `${pieces} chunks were sent one by one and ${response.pieces.length} arrived: something buffers them`,
      );
    }
    return pass(
      `${response.pieces.length} chunks sent over ${sentOverMs} ms arrive over ${Math.round(spreadMs)} ms, the first after ${Math.round(first)} ms`,
    );
  },
};
