import type { IncomingMessage } from "node:http";
import { setsGatewayCookie } from "../headers/gateway-cookies.ts";
import { readNominated, responseRules } from "../headers/header-rules.ts";

/** The header fields of a response for the client, names and values in turn. */
export function passFields({
  rawHeaders,
  headers: { connection },
}: Pick<IncomingMessage, "rawHeaders" | "headers">): string[] {
  const nominated = readNominated(connection ?? "");
  const fields: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    if (responseRules.has(name) || nominated.has(name)) continue;
    if (name !== "set-cookie" || !setsGatewayCookie(value)) fields.push(name, value);
  }
  return fields;
}
