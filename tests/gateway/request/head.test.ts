import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import fc from "fast-check";
import { test } from "tap";
import { readHead } from "../../../gateway/exchange/head.ts";
import { identityPrefixes, passesToUpstream, requestRules } from "../../../gateway/headers/header-rules.ts";

function read(headers: readonly (readonly [string, string])[], minor = 1) {
  return readHead({ rawHeaders: headers.flat(), httpVersionMinor: minor } as unknown as IncomingMessage);
}

const host = ["Host", "api.test"] as const;
/** Only the gateway's own cookies are removed. */
const stopped = [...requestRules.keys()].filter((name) => name !== "cookie");

test("fields that identify clients or belong to one connection never reach an upstream", async () => {
  const name = fc.oneof(
    fc.constantFrom(...stopped),
    fc.constantFrom(
      "x-forwarded-for",
      "x-forwarded-anything",
      "x-amzn-mtls-clientcert-subject",
      "x-authenticated-client",
    ),
    fc.stringMatching(/^[a-z][a-z_-]{0,8}_[a-z]{1,4}$/),
  );
  const spelled = fc.tuple(name, fc.boolean()).map(([text, upper]) => (upper ? text.toUpperCase() : text));
  fc.assert(
    fc.property(fc.array(spelled, { maxLength: 6 }), (names) => {
      const head = read([host, ...names.map((text) => [text, "value"] as const)]);
      assert.deepEqual(head.outgoing, []);
    }),
  );
});

test("every other field is forwarded, in order and with duplicates", async () => {
  const field = fc.tuple(
    fc.constantFrom("Accept", "Cookie", "X-Custom", "Content-Type"),
    fc.stringMatching(/^[a-z]{1,5}$/),
  );
  fc.assert(
    fc.property(fc.array(field, { maxLength: 6 }), (fields) => {
      const expected = fields.flatMap(([name, value]) => [name.toLowerCase(), value]);
      assert.deepEqual(read([host, ...fields]).outgoing, expected);
    }),
  );
});

test("fields that Connection names are not forwarded, in any spelling", async () => {
  const head = read([host, ["Connection", "Keep-Alive, X-SECRET"], ["x-secret", "1"], ["X-Public", "2"]]);
  assert.deepEqual(head.outgoing, ["x-public", "2"]);
});

test("only the balancer's own entry of X-Forwarded-For counts", async () => {
  assert.equal(read([host, ["X-Forwarded-For", "6.6.6.6, 10.0.0.9"]]).forwardedFor, "10.0.0.9");
});

test("ambiguous header sections are refused", async () => {
  const ambiguous = "DMM_GATEWAY_REQUEST_AMBIGUOUS";
  assert.equal(read([host, host]).refusal, ambiguous);
  assert.equal(read([]).refusal, ambiguous);
  assert.equal(read([["Host", "a@b"]]).refusal, ambiguous);
  assert.equal(read([["Host", "a/b"]]).refusal, ambiguous);
  assert.equal(read([host, ["Transfer-Encoding", ",chunked"]]).refusal, ambiguous);
  assert.equal(read([host, ["Transfer-Encoding", "chunked"]], 0).refusal, ambiguous);
  assert.equal(read([host, ["Transfer-Encoding", "gzip, chunked"]]).refusal, "DMM_GATEWAY_CODING_UNKNOWN");
  assert.equal(read([host, ["Expect", "magic"]]).refusal, "DMM_GATEWAY_EXPECTATION_UNKNOWN");
  assert.equal(read([host, ["Transfer-Encoding", "Chunked"]]).refusal, undefined);
  assert.equal(read([["Host", "[::1]:8443"]]).refusal, undefined);
});

/**
 * Names in all permitted spellings: every token character (RFC 9110 section 5.6.2) in place of a dash, upper and
 * lower case.
 */
const written = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(...stopped),
      fc
        .tuple(fc.constantFrom(...identityPrefixes), fc.stringMatching(/^[a-z]{1,6}$/))
        .map((parts) => parts.join("")),
    ),
    fc.infiniteStream(fc.constantFrom(...Array.from("-----_.!#$%&'*+^`|~"))),
    fc.infiniteStream(fc.boolean()),
  )
  .map(([name, dashes, capitals]) =>
    Array.from(name, (character) => {
      const spelled = character === "-" ? dashes.next().value! : character;
      return capitals.next().value ? spelled.toUpperCase() : spelled;
    }).join(""),
  );

test("no spelling of a name carries an identity field past the gateway", async () => {
  fc.assert(
    fc.property(fc.array(written, { maxLength: 5 }), (names) => {
      const head = read([host, ...names.map((name) => [name, "evil"] as const)]);
      assert.deepEqual(head.outgoing, []);
    }),
    { numRuns: 3000 },
  );
});

test("names are forwarded only as letters, digits and dashes, so that no server can read them as others", async () => {
  const token = fc.stringMatching(/^[a-z0-9!#$%&'*+.^_`|~-]{1,20}$/);
  fc.assert(
    fc.property(token, (name) => {
      if (passesToUpstream(name)) assert.match(name, /^[a-z0-9-]+$/);
    }),
  );
});

test("names that clients invent do not affect other names", async () => {
  for (let index = 0; index < 5000; index++) passesToUpstream(`x-invented-${index}`);
  assert.equal(passesToUpstream("x-user-id"), false);
  assert.equal(passesToUpstream("x-invented-4999"), true);
});

test("an expectation is supported in HTTP/1.1 only", async () => {
  assert.equal(read([host, ["Expect", "100-Continue"]]).expectsContinue, true);
  assert.equal(read([host, ["Expect", "100-continue"]], 0).expectsContinue, false);
});

test("an upstream gets a browser's cookies without the gateway's own", async () => {
  const cookies = (...values: string[]) =>
    read([host, ...values.map((value) => ["Cookie", value] as const)]).outgoing;
  assert.deepEqual(cookies("a=1; session=own; oauth=2"), ["cookie", "a=1; session=own; oauth=2"]);
  assert.deepEqual(
    cookies("a=1; __Host-oauth2-session=s; __Host-oauth2-session.sig=t;b=2; __secure-OAUTH2-resume=r", "c=3"),
    ["cookie", "a=1;b=2", "cookie", "c=3"],
  );
  assert.deepEqual(
    cookies("__Host-dmm-session=s", "dmm-session=t; oauth2-interaction=i", "oauth2-session"),
    [],
  );
});
