import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** Requests that may wait in one connection for the answers before theirs. With one more it is cut. */
const mostWaiting = 32;

interface Turn {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly begin: RequestListener;
}

/** A connection's answers, in the order of its requests. */
interface Turns {
  last: ServerResponse;
  readonly waiting: Turn[];
}

const connections = new WeakMap<Duplex, Turns>();

/**
 * Lets a connection's requests begin one after the other. Node announces pipelined requests (RFC 9112 9.3.2) as soon as
 * they have arrived: one connection could have any number running, and the answers of those whose turn never comes would
 * be kept for nobody.
 */
export function takeTurns(begin: RequestListener): RequestListener {
  return (request, response) => {
    const { socket } = request;
    // Behind a response that closes the connection nothing is a request any more, whoever of both was faster.
    if (socket.writableEnded) return;
    const turns = connections.get(socket);
    if (turns === undefined) connections.set(socket, { last: response, waiting: [] });
    // Node gives an answer its socket when the one before it has ended.
    else if (response.socket === null) {
      waitForTurn(turns, { request, response, begin });
      return;
    } else turns.last = response;
    begin(request, response);
  };
}

function waitForTurn(turns: Turns, turn: Turn): void {
  if (turns.waiting.length >= mostWaiting) {
    turn.request.socket.destroy();
    return;
  }
  turns.waiting.push(turn);
  if (turns.waiting.length === 1) turns.last.once("close", () => beginNext(turns));
}

function beginNext(turns: Turns): void {
  const turn = turns.waiting.shift();
  // An answer that closes the connection leaves the next one without a socket.
  if (turn === undefined || turn.response.socket === null || turn.request.socket.destroyed) return;
  turns.last = turn.response;
  if (turns.waiting.length > 0) turn.response.once("close", () => beginNext(turns));
  turn.begin(turn.request, turn.response);
}

/** The last answer that a connection owes, if it has not ended. */
export function findOwedAnswer(socket: Duplex): ServerResponse | undefined {
  const turns = connections.get(socket);
  const last = turns?.waiting.at(-1)?.response ?? turns?.last;
  // A finished answer gives its socket back, and one that waits has none yet.
  const over = last === undefined || last.destroyed || (last.writableFinished && last.socket === null);
  return over ? undefined : last;
}
