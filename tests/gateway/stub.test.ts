import assert from "node:assert/strict";
import { t, test } from "tap";
import { reserveNetwork } from "../loopback.ts";
import { StartedRole } from "./started-gateway.ts";

const block = await reserveNetwork();
const stub = new StartedRole("stub", `${block}.1.20`, { ENVIRONMENT: "test" });
t.teardown(() => stub.process.end());

test("the stub echoes below /verify/echo, and identifies itself in its 404", async () => {
  await stub.waitUntilReady();
  const echoed = await fetch(`${stub.origin}/verify/echo/orders/7?x=1`);
  assert.equal(echoed.status, 200);
  assert.equal(((await echoed.json()) as { path: string }).path, "/verify/echo/orders/7?x=1");
  for (const path of ["/orders/7", "/verify/echoes", "/toString"]) {
    const response = await fetch(`${stub.origin}${path}`);
    assert.equal(response.status, 404);
    const { message } = (await response.json()) as { message: string };
    assert.match(message, /^The API stub was reached and does not serve \/.*; it serves \/verify\/echo,/);
  }
});
