import type { Parser } from "./values.ts";

/**
 * URL of an OTLP/HTTP receiver, without `/v1/traces`; or empty. Neither user nor query: a key in a URL would be
 * readable in the task definition.
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

/** Name of a header field, in lower case as HTTP/2 requires; or empty. */
export const headerName: Parser<string | undefined> = (text) => {
  if (text === "") return { value: undefined };
  return /^[a-z][a-z0-9-]{0,63}$/.test(text)
    ? { value: text }
    : { problem: "the name of a header field in lower case, like x-api-key" };
};
