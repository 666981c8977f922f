import type { Parser } from "./values.ts";

/**
 * Where OTLP over HTTP is taken, without `/v1/traces`; or nothing at all. Neither a user nor a query: a key in an address
 * would be readable by everybody who may look at a task definition.
 */
export const collectorAddress: Parser<string | undefined> = (text) => {
  if (text === "") return { value: undefined };
  const url = /^https?:\/\/[^\s?#@[\]]+$/.test(text) ? URL.parse(text) : null;
  return url === null
    ? {
        problem:
          "an http or https address without user, query and IPv6, like http://collector.example.com:4318",
      }
    : { value: text };
};

/** Share of a whole, as a decimal number. */
export const share: Parser<number> = (text) =>
  /^(0(\.\d{1,6})?|1(\.0{1,6})?)$/.test(text)
    ? { value: Number(text) }
    : { problem: "a number from 0 to 1 with at most six decimals" };

/** Name of a header field, in lower case as HTTP/2 has it; or nothing at all. */
export const headerName: Parser<string | undefined> = (text) => {
  if (text === "") return { value: undefined };
  return /^[a-z][a-z0-9-]{0,63}$/.test(text)
    ? { value: text }
    : { problem: "the name of a header field in lower case, like x-api-key" };
};
