import type { Socket } from "node:net";
import type { Behaviour } from "./bad-upstream.ts";

/** An upstream's behaviour, and the client's result: a status with a body, or with `cut`. */
export interface UpstreamTrick {
  readonly method?: "HEAD" | "POST";
  readonly does: Behaviour;
  readonly expected: string;
  /** Sends more after its complete response: a later request over this connection would receive it. */
  readonly plants?: true;
}

const head = "HTTP/1.1 200 OK\r\n";
const ok = `${head}Content-Length: 2\r\n\r\nok`;
const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`;

const say =
  (...parts: readonly string[]): Behaviour =>
  (socket) => {
    const [first, ...more] = parts;
    socket.write(first!, "latin1");
    sayLater(socket, more);
  };

/** Each part as a separate segment. */
function sayLater(socket: Socket, [part, ...more]: readonly string[]): void {
  if (part === undefined) return;
  setTimeout(() => {
    if (socket.destroyed) return;
    socket.write(part, "latin1");
    sayLater(socket, more);
  }, 15);
}

/** Sends more after its response is complete. */
const sayAndPlant =
  (text: string, more: string): Behaviour =>
  (socket) => {
    socket.write(text);
    setTimeout(() => {
      if (!socket.destroyed) socket.write(more);
    }, 80);
  };

const sayAndEnd =
  (text: string): Behaviour =>
  (socket) => {
    socket.end(text, "latin1");
  };

const sayAndReset =
  (text: string): Behaviour =>
  (socket) => {
    socket.write(text, "latin1", () => setTimeout(() => socket.resetAndDestroy(), 15));
  };

/** Repeats the same as fast as it is read. */
const flood =
  (first: string, again: string): Behaviour =>
  (socket) => {
    socket.write(first, "latin1");
    const go = () => {
      while (!socket.destroyed && socket.write(again, "latin1"));
    };
    socket.on("drain", go);
    setTimeout(go, 15);
  };

const fields = (count: number) => "Set-Cookie: c=1\r\n".repeat(count);

/** By name. The route allows 400 ms for the first byte and 300 ms between two parts. */
export const upstreamTricks: Readonly<Record<string, UpstreamTrick>> = {
  unresponsive: { does: () => {}, expected: "504" },
  reset: { does: (socket) => socket.resetAndDestroy(), expected: "502" },
  ended: { does: (socket) => socket.end(), expected: "502" },
  garbage: { does: say("this is not HTTP\r\n\r\n"), expected: "502" },
  http09: { does: sayAndEnd("<html>hello</html>"), expected: "502" },
  http2: { does: say("HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nok"), expected: "502" },
  tls: { does: say("\x15\x03\x01\x00\x02\x02\x28"), expected: "504" },
  statusMissing: { does: say("HTTP/1.1\r\nContent-Length: 2\r\n\r\nok"), expected: "502" },
  statusLow: { does: say("HTTP/1.1 099 X\r\nContent-Length: 2\r\n\r\nok"), expected: "502" },
  statusLong: { does: say("HTTP/1.1 2000 X\r\nContent-Length: 2\r\n\r\nok"), expected: "502" },
  endlessLine: { does: flood(head, "X".repeat(1000)), expected: "502" },
  endlessHead: { does: flood(head, "X-A: b\r\n"), expected: "502" },
  endlessInterim: { does: flood("", "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"), expected: "502" },
  interim: { does: say("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n", ok), expected: "200 ok" },
  interimOnly: { does: say("HTTP/1.1 100 Continue\r\n\r\n"), expected: "504" },
  halfHead: { does: say(`${head}Content-Le`), expected: "504" },
  halfHeadEnded: { does: sayAndEnd(`${head}Content-Le`), expected: "502" },
  switched: {
    does: say("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    expected: "502",
  },
  short: { does: sayAndEnd(`${head}Content-Length: 10\r\n\r\nhalf`), expected: "200 cut" },
  shortReset: { does: sayAndReset(`${head}Content-Length: 10\r\n\r\nhalf`), expected: "200 cut" },
  shortStalled: { does: say(`${head}Content-Length: 10\r\n\r\nhalf`), expected: "200 cut" },
  long: { does: say(`${ok}EVIL`), expected: "200 ok" },
  longLater: { plants: true, does: sayAndPlant(ok, "EVIL"), expected: "200 ok" },
  planted: {
    plants: true,
    does: sayAndPlant(ok, `${head}Content-Length: 4\r\n\r\nEVIL`),
    expected: "200 ok",
  },
  plantedAtOnce: { does: say(`${ok}${head}Content-Length: 4\r\n\r\nEVIL`), expected: "200 ok" },
  chunkSize: { does: say(`${chunked}zz\r\n`), expected: "502" },
  chunkSizeLater: { does: say(chunked, "2\r\nok\r\n", "zz\r\n"), expected: "200 cut" },
  chunkNegative: { does: say(chunked, "-2\r\nok\r\n"), expected: "200 cut" },
  chunkHuge: { does: say(chunked, "ffffffffffffffff\r\nok"), expected: "200 cut" },
  chunkHex: { does: say(chunked, "0x2\r\nok\r\n0\r\n\r\n"), expected: "200 cut" },
  chunkLineFeed: { does: say(chunked, "2\nok\n0\n\n"), expected: "200 cut" },
  chunkLong: { does: say(chunked, "2\r\nokEVIL\r\n0\r\n\r\n"), expected: "200 cut" },
  chunkSizeEnded: { does: sayAndEnd(`${chunked}2\r\nok\r\n1`), expected: "200 cut" },
  chunkEnded: { does: sayAndEnd(`${chunked}2\r\nok\r\n`), expected: "200 cut" },
  chunkAlmost: { does: sayAndEnd(`${chunked}2\r\nok\r\n0\r\n`), expected: "200 cut" },
  chunkExtension: { does: flood(`${chunked}2;`, "e".repeat(1000)), expected: "200 cut" },
  chunkTrailer: { does: flood(`${chunked}2\r\nok\r\n0\r\n`, "X-Trailer: a\r\n"), expected: "200 cut" },
  chunkTrailing: { does: say(`${chunked}2\r\nok\r\n0\r\n\r\nEVIL`), expected: "200 ok" },
  chunkGood: {
    does: say(`${chunked}1;a=b\r\no\r\n`, "1\r\nk\r\n0\r\nX-Trailer: a\r\n\r\n"),
    expected: "200 ok",
  },
  lengths: { does: say(`${head}Content-Length: 2\r\nContent-Length: 4\r\n\r\nokok`), expected: "502" },
  lengthList: { does: say(`${head}Content-Length: 2, 2\r\n\r\nok`), expected: "502" },
  lengthSigned: { does: say(`${head}Content-Length: +2\r\n\r\nok`), expected: "502" },
  lengthHuge: { does: say(`${head}Content-Length: 99999999999999999999\r\n\r\nok`), expected: "502" },
  lengthAndChunks: {
    does: say(`${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`),
    expected: "502",
  },
  coding: { does: say(`${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`), expected: "502" },
  codingOld: {
    does: say("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
    expected: "502",
  },
  bareReturn: {
    does: say(`${head}X-A: b\rSet-Cookie: evil=1\r\nContent-Length: 2\r\n\r\nok`),
    expected: "502",
  },
  bareFeed: {
    does: say(`${head}X-A: b\nSet-Cookie: evil=1\r\nContent-Length: 2\r\n\r\nok`),
    expected: "502",
  },
  feeds: { does: say("HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), expected: "504" },
  nul: { does: say(`${head}X-A: b\0c\r\nContent-Length: 2\r\n\r\nok`), expected: "502" },
  nameBlank: { does: say(`${head}X-A : b\r\nContent-Length: 2\r\n\r\nok`), expected: "502" },
  folded: { does: say(`${head}X-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok`), expected: "502" },
  nameless: { does: say(`${head}: b\r\nContent-Length: 2\r\n\r\nok`), expected: "502" },
  cookies: { does: say(`${head}${fields(150)}Content-Length: 2\r\n\r\nok`), expected: "200 ok" },
  cookiesMany: { does: say(`${head}${fields(201)}Content-Length: 2\r\n\r\nok`), expected: "502" },
  value: {
    does: say(`${head}X-A: ${"v".repeat(16_000)}\r\nContent-Length: 2\r\n\r\nok`),
    expected: "200 ok",
  },
  valueLong: {
    does: say(`${head}X-A: ${"v".repeat(65_536)}\r\nContent-Length: 2\r\n\r\nok`),
    expected: "502",
  },
  unchanged: { does: say("HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nEVIL"), expected: "304 " },
  empty: { does: say("HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nEVIL"), expected: "204 " },
  emptyChunked: {
    does: say("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nEVIL\r\n0\r\n\r\n"),
    expected: "204 ",
  },
  toHead: { method: "HEAD", does: say(`${head}Content-Length: 4\r\n\r\nEVIL`), expected: "200 " },
  toHeadLater: { method: "HEAD", does: say(`${head}Content-Length: 4\r\n\r\n`, "EVIL"), expected: "200 " },
  early: { method: "POST", does: say(`${head}Content-Length: 5\r\n\r\nearly`), expected: "200 early" },
  slowly: { does: say(`${head}Content-Length: 4\r\n\r\n`, "s", "l", "o", "w"), expected: "200 slow" },
  unframed: { does: sayAndEnd("HTTP/1.0 200 OK\r\n\r\nold"), expected: "200 old" },
  unframedReset: { does: sayAndReset(`${head}\r\nhalf`), expected: "200 cut" },
};
