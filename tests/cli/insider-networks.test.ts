import assert from "node:assert/strict";
import { test } from "node:test";
import { parseInsiderNetworks } from "../../cli/environment/insider-networks.ts";

test("CIDR blocks are read from a list", () => {
  assert.deepEqual(parseInsiderNetworks("203.0.113.0/24, 198.51.100.7/32"), [
    "203.0.113.0/24",
    "198.51.100.7/32",
  ]);
});

test("anything but IPv4 CIDR blocks is refused", () => {
  for (const text of ["", "203.0.113.0", "203.0.113.0/33", "256.0.0.0/8", "::1/128", "1.2.3.4/8,", "all"]) {
    assert.throws(() => parseInsiderNetworks(text), { code: "DMM_NETWORKS_INVALID", exitCode: 2 }, text);
  }
});
