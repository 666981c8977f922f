import assert from "node:assert/strict";
import { test } from "tap";
import { encodePreAuthentication } from "../../verify/evidence/dsse.ts";

test("the signed bytes match the example of the DSSE specification", async () => {
  const signed = encodePreAuthentication("http://example.com/HelloWorld", Buffer.from("hello world"));
  assert.equal(Buffer.from(signed).toString(), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
});

test("lengths count bytes, so that type and body cannot be moved into each other", async () => {
  const signed = encodePreAuthentication("größe", Buffer.from("tür"));
  assert.equal(Buffer.from(signed).toString(), "DSSEv1 7 größe 4 tür");
});
