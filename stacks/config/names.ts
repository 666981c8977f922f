import type { Parser } from "./values.ts";

/** The one environment that serves the public. */
export const productionName = "production";

/** Prefixes that ECS reserves for its own capacity providers. */
const reserved = ["aws", "ecs", "fargate"];

/**
 * A name that every AWS service accepts as a prefix: load balancers allow 32 characters, of which the longest of
 * ours takes 9; RDS and ElastiCache refuse two consecutive hyphens and a trailing hyphen.
 */
export const environmentName: Parser<string> = (text) => {
  const shaped = text.length <= 20 && /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text);
  if (shaped && text.length >= 2 && !reserved.some((start) => text.startsWith(start))) return { value: text };
  return {
    problem:
      "2 to 20 lower-case letters, digits and single hyphens that begin with a letter, but not with " +
      `${reserved.slice(0, -1).join(", ")} or ${reserved.at(-1)}`,
  };
};

/** A domain name without the trailing dot. */
export const hostedZone: Parser<string> = (text) => {
  const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  return new RegExp(`^(${label}\\.)+[a-z]{2,63}$`).test(text)
    ? { value: text }
    : { problem: "a domain name in lower case, like api.example.com" };
};
