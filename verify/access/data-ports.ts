import type { Contact, ContactTarget } from "../client/port-contact.ts";
import type { Target } from "../target.ts";

export interface Reading {
  readonly what: string;
  readonly outcome: "refused" | "served" | "unclear";
  readonly detail: string;
}

export interface DataPort {
  readonly what: string;
  readonly target: ContactTarget;
  judge(contact: Contact): Omit<Reading, "what">;
}

/** Every access attempt of an unauthenticated client to the data stores, and the interpretation of its result. */
export function dataPorts(outputs: Target["outputs"]): readonly DataPort[] {
  const { database, cache } = outputs;
  const ping = "*1\r\n$4\r\nPING\r\n";
  const redis = { host: cache.configurationEndpoint, port: cache.port, send: ping };
  return [
    {
      what: "the database's writer",
      target: { host: database.writerEndpoint, port: database.port },
      judge: judgeDatabase,
    },
    {
      what: "the database's readers",
      target: { host: database.readerEndpoint, port: database.port },
      judge: judgeDatabase,
    },
    { what: "the cache over TLS", target: { ...redis, tls: true }, judge: judgeCache },
    { what: "the cache in plaintext", target: redis, judge: judgeCache },
  ];
}

/** A MySQL server sends the first packet: an error refuses the host, a greeting invites it to log in. */
function judgeDatabase(contact: Contact): Omit<Reading, "what"> {
  const refusal = judgeClosed(contact);
  if (refusal || contact.outcome !== "spoke")
    return refusal ?? { outcome: "unclear", detail: contact.outcome };
  // Packet: 3 bytes length, 1 byte sequence, then the payload; 0xff begins an error, followed by its number.
  if (contact.bytes[4] === 0xff)
    return { outcome: "refused", detail: `error ${contact.bytes.readUInt16LE(5)} before any login` };
  const version = contact.bytes.subarray(5, Math.max(5, contact.bytes.indexOf(0, 5))).toString("latin1");
  return {
    outcome: "served",
    detail: `greets an unauthenticated client as ${version || "an unknown server"}`,
  };
}

function judgeCache(contact: Contact): Omit<Reading, "what"> {
  const refusal = judgeClosed(contact);
  if (refusal || contact.outcome !== "spoke")
    return refusal ?? { outcome: "unclear", detail: contact.outcome };
  const line = contact.bytes.toString("latin1").split("\r\n")[0] ?? "";
  if (line.startsWith("-NOAUTH") || line.startsWith("-DENIED"))
    return { outcome: "refused", detail: line.split(" ")[0] ?? line };
  return {
    outcome: "served",
    detail: `responds to an unauthenticated client with ${JSON.stringify(line.slice(0, 60))}`,
  };
}

function judgeClosed(contact: Contact): Omit<Reading, "what"> | undefined {
  if (contact.outcome === "unreachable") return { outcome: "refused", detail: contact.code };
  if (contact.outcome === "closed") return { outcome: "refused", detail: "closed without a response" };
  if (contact.outcome === "unresponsive")
    return { outcome: "unclear", detail: "keeps the connection open without a response" };
  return undefined;
}
