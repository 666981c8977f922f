import assert from "node:assert/strict";
import { test } from "tap";
import { nameNetwork } from "../../../gateway/rate-limit/client-network.ts";

test("addresses of one IPv6 network count as one, all others separately", async () => {
  const names: Readonly<Record<string, string>> = {
    "192.0.2.7": "192.0.2.7",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
    "2001:0db8:0001:0002::9": "2001:db8:1:2::/64",
    "2001:db8::1": "2001:db8::/64",
    "::1": "::/64",
    "fe80::": "fe80::/64",
    "fe80::7%eth0": "fe80::/64",
    "64:ff9b::192.0.2.7": "64:ff9b::/64",
    "2001:db8::192.0.2.7": "2001:db8::/64",
    "2001:db8:1:2:0:0:192.0.2.7": "2001:db8:1:2::/64",
    "::ffff:c000:207": "192.0.2.7",
    "0:0:0:0:0:FFFF:C000:0207": "192.0.2.7",
    "010.0.0.1": "010.0.0.1",
    "192.0.2.7%eth0": "192.0.2.7%eth0",
    "::ffff:192.0.2.7": "192.0.2.7",
    "not an address": "not an address",
  };
  for (const [address, name] of Object.entries(names)) assert.equal(nameNetwork(address), name, address);
});
