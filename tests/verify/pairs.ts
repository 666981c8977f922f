import type { Break } from "./platform/breaks.ts";

/** What breaks the claim of a check, and what hides the truth from it; by the check's name. */
export const pairs: Readonly<
  Record<string, { readonly breaks: readonly Break[]; readonly hides?: readonly Break[] }>
> = {
  "access/an-insider-gets-in": { breaks: ["turns insiders away"] },
  "access/a-request-without-a-certificate-does-not-get-in": {
    breaks: ["needs no certificate"],
    hides: ["turns insiders away"],
  },
  "access/a-certificate-of-another-authority-does-not-get-in": {
    breaks: ["trusts any authority"],
    hides: ["turns insiders away"],
  },
  "access/an-expired-grant-does-not-get-in": { breaks: ["ignores expiry"], hides: ["turns insiders away"] },
  "access/a-revoked-grant-does-not-get-in": {
    breaks: ["ignores revocation"],
    hides: ["turns insiders away"],
  },
  "access/a-revoked-grant-loses-its-open-connections": {
    breaks: ["serves revoked grants on open connections"],
    hides: ["turns insiders away"],
  },
  "access/a-foreign-network-does-not-get-in": {
    breaks: ["serves every network"],
    hides: ["turns insiders away"],
  },
  "access/no-data-port-serves-strangers": {
    breaks: ["lets the database greet strangers", "lets the cache answer strangers"],
    hides: ["turns insiders away"],
  },
  "access/plain-http-does-not-serve": {
    breaks: ["serves plain http", "serves plain http on the secure port"],
    hides: ["turns insiders away"],
  },
  "gateway/an-authorised-request-reaches-the-upstream": { breaks: ["loses the query"] },
  "gateway/a-missing-token-gets-401": {
    breaks: ["lets requests without a token in", "blames a token that was not sent"],
    hides: ["turns insiders away"],
  },
  "gateway/a-malformed-token-gets-401": {
    breaks: ["forgets the challenge of a malformed token"],
    hides: ["turns insiders away"],
  },
  "gateway/an-unknown-token-gets-401": { breaks: ["lets unknown tokens in"], hides: ["turns insiders away"] },
  "gateway/a-revoked-token-gets-401": { breaks: ["keeps revoked tokens"], hides: ["turns insiders away"] },
  "gateway/a-missing-scope-gets-403": { breaks: ["ignores scopes"], hides: ["turns insiders away"] },
  "gateway/an-unknown-route-gets-404": { breaks: ["answers unknown routes"], hides: ["turns insiders away"] },
  "gateway/a-dead-upstream-gets-502": {
    breaks: ["blames itself for a dead upstream"],
    hides: ["turns insiders away"],
  },
  "gateway/a-slow-upstream-gets-504": {
    breaks: ["gives up on slow upstreams at once"],
    hides: ["turns insiders away"],
  },
  "gateway/an-answer-streams-through": { breaks: ["gathers answers"] },
  "gateway/identity-from-outside-does-not-reach-the-upstream": { breaks: ["passes identity on"] },
  "recovery/a-killed-gateway-is-replaced-without-a-lost-request": {
    breaks: ["loses requests with a gateway", "never replaces a gateway"],
    hides: ["does not kill", "turns insiders away"],
  },
  "recovery/a-lost-cache-primary-is-replaced-and-lets-nobody-in": {
    breaks: [
      "lets anybody in during a failover",
      "forgets tokens in a failover",
      "denies tokens during a failover",
      "never promotes a replica",
    ],
    hides: ["does not fail over", "turns insiders away"],
  },
  "recovery/a-lost-database-writer-is-replaced-while-the-gateway-serves": {
    breaks: ["fails requests with the writer", "never brings the old writer back"],
    hides: ["keeps the writer", "turns insiders away"],
  },
};
