import type { Break } from "./platform/breaks.ts";

/** By check name: what breaks the claim, and what hides the truth from the check. */
export const pairs: Readonly<
  Record<string, { readonly breaks: readonly Break[]; readonly hides?: readonly Break[] }>
> = {
  "access/an-insider-gets-in": { breaks: ["turns insiders away"] },
  "access/a-request-without-a-certificate-does-not-get-in": {
    breaks: ["needs no certificate"],
    hides: ["turns insiders away"],
  },
  "access/a-certificate-from-another-authority-does-not-get-in": {
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
  "access/a-client-outside-the-allowed-networks-does-not-get-in": {
    breaks: ["serves every network"],
    hides: ["turns insiders away"],
  },
  "access/no-data-port-serves-unauthenticated-clients": {
    breaks: [
      "lets the database greet unauthenticated clients",
      "lets the cache serve unauthenticated clients",
    ],
    hides: ["turns insiders away"],
  },
  "access/plain-http-is-not-served": {
    breaks: ["serves plain http", "serves plain http on the secure port"],
    hides: ["turns insiders away"],
  },
  "gateway/an-authorized-request-reaches-the-upstream": { breaks: ["loses the query"] },
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
  "gateway/an-unknown-route-gets-404": { breaks: ["serves unknown routes"], hides: ["turns insiders away"] },
  "gateway/a-dead-upstream-gets-502": {
    breaks: ["blames itself for a dead upstream"],
    hides: ["turns insiders away"],
  },
  "gateway/a-slow-upstream-gets-504": {
    breaks: ["times out on slow upstreams immediately"],
    hides: ["turns insiders away"],
  },
  "gateway/a-response-streams-through": { breaks: ["buffers responses"] },
  "gateway/a-forged-identity-does-not-reach-the-upstream": { breaks: ["passes identity on"] },
  "oauth2/the-metadata-is-published-under-its-issuer": {
    breaks: ["names another issuer"],
    hides: ["turns insiders away"],
  },
  "oauth2/a-user-signs-in-through-the-browser-flow": {
    breaks: ["redirects to another port after the login", "forbids its login form to lead on"],
    hides: ["has no admin site"],
  },
  "oauth2/a-token-is-issued-only-for-granted-scopes": {
    breaks: ["grants any scope"],
    hides: ["turns insiders away"],
  },
  "oauth2/a-wrong-secret-gets-401": { breaks: ["takes any client secret"], hides: ["turns insiders away"] },
  "oauth2/a-client-assertion-is-accepted-once": {
    breaks: ["takes an assertion again", "takes an assertion from several at once"],
    hides: ["has no admin site"],
  },
  "oauth2/a-duplicated-parameter-is-refused": {
    breaks: ["takes a parameter twice"],
    hides: ["turns insiders away"],
  },
  "oauth2/a-token-response-is-not-cacheable": {
    breaks: ["lets tokens be stored"],
    hides: ["turns insiders away"],
  },
  "oauth2/a-revoked-token-is-inactive": { breaks: ["keeps revoked tokens"], hides: ["turns insiders away"] },
  "oauth2/a-revoked-token-is-rejected-by-every-gateway": {
    breaks: ["revokes at all gateways but one"],
    hides: ["turns insiders away"],
  },
  "oauth2/an-authorization-without-pkce-is-refused": {
    breaks: ["needs no PKCE"],
    hides: ["has no admin site"],
  },
  "oauth2/required-pushed-authorization-requests-are-enforced": {
    breaks: ["takes requests that must be pushed"],
    hides: ["has no admin site"],
  },
  "oauth2/implicit-and-password-grants-are-refused": {
    breaks: ["grants implicitly", "takes passwords"],
    hides: ["has no admin site"],
  },
  "oauth2/an-unregistered-redirect-uri-is-refused": {
    breaks: ["redirects anywhere"],
    hides: ["has no admin site"],
  },
  "routing/an-ambiguous-path-is-refused": { breaks: ["follows path tricks"], hides: ["turns insiders away"] },
  "routing/a-wrong-method-gets-405": {
    breaks: ["calls a wrong method unknown"],
    hides: ["turns insiders away"],
  },
  "routing/an-ambiguous-request-is-refused": {
    breaks: ["takes ambiguous requests"],
    hides: ["turns insiders away"],
  },
  "routing/a-smuggled-request-is-not-served": {
    breaks: ["lets a request hide in another"],
    hides: ["turns insiders away"],
  },
  "routing/hop-by-hop-headers-are-not-forwarded": {
    breaks: ["passes hop-by-hop fields on"],
    hides: ["turns insiders away"],
  },
  "routing/a-trace-context-reaches-the-upstream": {
    breaks: ["begins a trace of its own"],
    hides: ["turns insiders away"],
  },
  "routing/a-body-over-the-limit-gets-413": {
    breaks: ["takes bodies of any size"],
    hides: ["turns insiders away"],
  },
  "routing/forged-forwarding-headers-are-not-trusted": {
    breaks: ["believes forwarding fields"],
    hides: ["turns insiders away"],
  },
  "propagation/a-new-route-is-served-by-every-gateway": {
    breaks: ["leaves a gateway behind", "serves a new route at one gateway less"],
    hides: ["has no admin site"],
  },
  "propagation/a-removed-route-is-served-by-no-gateway": {
    breaks: ["serves removed routes", "leaves a gateway behind"],
    hides: ["has no admin site"],
  },
  "propagation/a-change-causes-no-failed-request": {
    breaks: ["fails requests with a change"],
    hides: ["has no admin site"],
  },
  "propagation/a-stale-edit-is-refused": { breaks: ["takes stale edits"], hides: ["has no admin site"] },
  "secrets/every-parameter-is-encrypted": { breaks: ["keeps parameters in clear"] },
  "secrets/the-encryption-key-is-enabled": { breaks: ["disables its key"] },
  "secrets/no-task-definition-contains-a-secret": {
    breaks: ["writes a secret into its task definition"],
    hides: ["has no secrets in its task definition"],
  },
  "secrets/no-error-response-contains-a-secret": {
    breaks: ["shows its secrets in errors"],
    hides: ["turns insiders away"],
  },
  "secrets/a-token-does-not-reach-the-upstream": {
    breaks: ["passes tokens on"],
    hides: ["turns insiders away"],
  },
  "logs/a-request-is-in-the-access-log": {
    breaks: ["loses access log lines"],
    hides: ["turns insiders away"],
  },
  "logs/the-access-log-contains-no-credentials": {
    breaks: ["writes tokens into the access log"],
    hides: ["loses access log lines"],
  },
  "recovery/a-stopped-gateway-is-replaced-without-a-failed-request": {
    breaks: ["loses requests with a gateway", "never replaces a gateway"],
    hides: ["does not stop", "refuses experiments", "turns insiders away"],
  },
  "recovery/a-lost-cache-primary-is-replaced-and-no-invalid-token-is-accepted": {
    breaks: [
      "admits any token during a failover",
      "forgets tokens in a failover",
      "denies tokens during a failover",
      "never promotes a replica",
    ],
    hides: ["does not fail over", "turns insiders away"],
  },
  "recovery/a-lost-database-writer-is-replaced-while-the-gateway-keeps-serving": {
    breaks: ["fails requests with the writer", "never brings the old writer back"],
    hides: ["keeps the writer", "turns insiders away"],
  },
  "recovery/a-change-during-a-failover-is-atomic": {
    breaks: [
      "stores changes that it refuses",
      "loses changes with the writer",
      "fails changes with the writer",
      "takes no change from the next writer",
      "makes a repeated change twice",
      "serves no change of the next writer",
    ],
    hides: ["keeps the writer", "has no admin site"],
  },
};
