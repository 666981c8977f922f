import { readFileSync } from "node:fs";
import { connect, type TLSSocket } from "node:tls";

/** A RESP2 reply; an error reply is thrown. */
export type Reply = string | number | null | Reply[];

/** A node's address and credentials. */
export interface CommandTarget {
  readonly address: string;
  readonly port: number;
  readonly authorityFile: string;
  /** AUTH token; undefined if the replication group has none. */
  readonly token: string | undefined;
  /** False if the group was declared without encryption in transit. */
  readonly tls: boolean;
}

const responseLimitMs = 2000;

/**
 * Runs commands on one node, one after the other, and returns their replies. The region implements RESP itself:
 * six nodes are queried within the first tenth of a second of a cluster's life, when loading a client library
 * would cost more than forming the cluster.
 */
export async function runCommands(
  target: CommandTarget,
  commands: readonly (readonly string[])[],
): Promise<Reply[]> {
  const auth = target.token === undefined ? [] : [["AUTH", target.token]];
  const all = [...auth, ...commands];
  const replies = await exchange(target, all.map(encode).join(""), all.length);
  for (const reply of replies) if (reply instanceof Error) throw reply;
  return replies.slice(auth.length) as Reply[];
}

async function exchange(target: CommandTarget, text: string, expected: number): Promise<(Reply | Error)[]> {
  const { connect: connectPlain } = await import("node:net");
  return new Promise((resolve, reject) => {
    const place = { host: target.address, port: target.port };
    const socket: TLSSocket | import("node:net").Socket = target.tls
      ? connect({ ...place, ca: readFileSync(target.authorityFile) })
      : connectPlain(place);
    let received = "";
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(responseLimitMs, () =>
      fail(new Error(`${target.address}:${target.port} did not respond`)),
    );
    socket.on("error", fail);
    socket.on("close", () => reject(new Error(`${target.address}:${target.port} closed the connection`)));
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => {
      received += part;
      const replies = parseReplies(received, expected);
      if (!replies) return;
      socket.destroy();
      resolve(replies);
    });
    socket.write(text);
  });
}

function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join("")}`;
}

/** All replies, or undefined while some are missing. Counts characters: all replies are ASCII. */
function parseReplies(text: string, expected: number): (Reply | Error)[] | undefined {
  const replies: (Reply | Error)[] = [];
  let at = 0;
  const line = () => {
    const end = text.indexOf("\r\n", at);
    if (end < 0) throw incomplete;
    const content = text.slice(at, end);
    at = end + 2;
    return content;
  };
  const next = (): Reply | Error => {
    const head = line();
    const rest = head.slice(1);
    if (head[0] === "+") return rest;
    if (head[0] === "-") return new Error(rest);
    if (head[0] === ":") return Number(rest);
    const size = Number(rest);
    if (size < 0) return null;
    if (head[0] === "*") return Array.from({ length: size }, next) as Reply[];
    if (text.length < at + size + 2) throw incomplete;
    const content = text.slice(at, at + size);
    at += size + 2;
    return content;
  };
  try {
    while (replies.length < expected) replies.push(next());
    return replies;
  } catch (reason) {
    if (reason === incomplete) return undefined;
    throw reason;
  }
}

const incomplete = Symbol("incomplete");
