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
interface ResponseQueue {
  last: ServerResponse;
  readonly waiting: Turn[];
}

const connections = new WeakMap<Duplex, ResponseQueue>();

/**
 * Lets a connection's requests begin one after the other. Node announces pipelined requests (RFC 9112 9.3.2) as soon as
 * they have arrived: one connection could have any number running, and the answers of those whose turn never comes would
 * be kept for nobody.
 */
export function queueResponses(begin: RequestListener): RequestListener {
  return (request, response) => {
    const { socket } = request;
    // Behind a response that closes the connection nothing is a request any more, whoever of both was faster.
    if (socket.writableEnded) return;
    const queue = connections.get(socket);
    if (queue === undefined) connections.set(socket, { last: response, waiting: [] });
    // Node gives an answer its socket when the one before it has ended.
    else if (response.socket === null) {
      waitForTurn(queue, { request, response, begin });
      return;
    } else queue.last = response;
    begin(request, response);
  };
}

function waitForTurn(queue: ResponseQueue, turn: Turn): void {
  if (queue.waiting.length >= mostWaiting) {
    turn.request.socket.destroy();
    return;
  }
  queue.waiting.push(turn);
  if (queue.waiting.length === 1) queue.last.once("close", () => beginNext(queue));
}

function beginNext(queue: ResponseQueue): void {
  const turn = queue.waiting.shift();
  // An answer that closes the connection leaves the next one without a socket.
  if (turn === undefined || turn.response.socket === null || turn.request.socket.destroyed) return;
  queue.last = turn.response;
  if (queue.waiting.length > 0) turn.response.once("close", () => beginNext(queue));
  turn.begin(turn.request, turn.response);
}

/** The last answer that a connection owes, if it has not ended. */
export function findPendingResponse(socket: Duplex): ServerResponse | undefined {
  const queue = connections.get(socket);
  const last = queue?.waiting.at(-1)?.response ?? queue?.last;
  // A finished answer gives its socket back, and one that waits has none yet.
  const over = last === undefined || last.destroyed || (last.writableFinished && last.socket === null);
  return over ? undefined : last;
}
