import type { Parser } from "./values.ts";

/** The one environment that serves the public. */
export const productionName = "production";

/** Prefixes that ECS reserves for its own capacity providers. */
const reservedPrefixes = ["aws", "ecs", "fargate"];

/**
 * Prefixes of names that belong to others: nearly every name is `<environment>-<thing>`, and a host is
 * `<environment>.<zone>`.
 */
const reservedWords: Readonly<Record<string, string>> = {
  admin: "production's admin site",
  amzn: "S3's reserved buckets",
  internal: "Elastic Load Balancing's internal load balancers",
  production: "production",
  sg: "the ids of security groups",
  sthree: "S3's reserved buckets",
};

/**
 * A name that every AWS service accepts as a prefix: load balancers allow 32 characters, of which the longest of
 * ours takes 9; RDS and ElastiCache refuse two consecutive hyphens and a trailing hyphen.
 */
export const environmentName: Parser<string> = (text) => {
  const prefixed = reservedPrefixes.some((prefix) => text.startsWith(prefix));
  if (!isNameShaped(text) || prefixed)
    return {
      problem: `2 to 20 lower-case letters, digits and single hyphens that begin with a letter, but not with ${listed(reservedPrefixes)}`,
    };
  const [word = ""] = text.split("-");
  const owner = Object.hasOwn(reservedWords, word) ? reservedWords[word] : undefined;
  if (owner === undefined || text === productionName) return { value: text };
  return {
    problem: `a name whose first word is not ${listed(Object.keys(reservedWords))}: ${word} is for ${owner}`,
  };
};

/** Whether a text has the form of an environment's name, which an environment may also have got before a word was reserved. */
export function isNameShaped(text: string): boolean {
  return text.length >= 2 && text.length <= 20 && /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text);
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** A domain name without the trailing dot. */
export const hostedZone: Parser<string> = (text) => {
  const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  return new RegExp(`^(${label}\\.)+[a-z]{2,63}$`).test(text)
    ? { value: text }
    : { problem: "a domain name in lower case, like api.example.com" };
};
