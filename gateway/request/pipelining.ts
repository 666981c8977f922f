import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** Pipelined requests that may wait on one connection. One more cuts it. */
const mostWaiting = 32;

interface Turn {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly begin: RequestListener;
}

/** A connection's responses, in the order of its requests. */
interface ResponseQueue {
  last: ServerResponse;
  readonly waiting: Turn[];
}

const connections = new WeakMap<Duplex, ResponseQueue>();

/**
 * Starts a connection's pipelined requests one after the other. Node emits them (RFC 9112 section 9.3.2) as soon
 * as they have arrived: one connection could have any number running, and responses whose turn never comes would
 * stay in memory.
 */
export function queueResponses(begin: RequestListener): RequestListener {
  return (request, response) => {
    const { socket } = request;
    // After a response that closes the connection, no further request counts, whichever was faster.
    if (socket.writableEnded) return;
    const queue = connections.get(socket);
    if (queue === undefined) connections.set(socket, { last: response, waiting: [] });
    // Node assigns a response its socket when the previous one has ended.
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
  // A response that closes the connection leaves the next one without a socket.
  if (turn === undefined || turn.response.socket === null || turn.request.socket.destroyed) return;
  queue.last = turn.response;
  if (queue.waiting.length > 0) turn.response.once("close", () => beginNext(queue));
  turn.begin(turn.request, turn.response);
}

/** The last pending response of a connection, if it has not ended. */
export function findPendingResponse(socket: Duplex): ServerResponse | undefined {
  const queue = connections.get(socket);
  const last = queue?.waiting.at(-1)?.response ?? queue?.last;
  // A finished response has released its socket, and a queued one has none yet.
  const over = last === undefined || last.destroyed || (last.writableFinished && last.socket === null);
  return over ? undefined : last;
}
