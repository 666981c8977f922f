import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { test } from "tap";
import { parseInsiderNetworks } from "../../cli/environment/insider-networks.ts";
import { parseCidr } from "../../local/ec2/cidr.ts";
import { runCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

test("networks are read from a list without duplicates", async () => {
  assert.deepEqual(parseInsiderNetworks("203.0.113.0/24, 198.51.100.7/32,203.0.113.0/24"), [
    "203.0.113.0/24",
    "198.51.100.7/32",
  ]);
});

const refused = [
  "",
  " , ",
  "203.0.113.0",
  "203.0.113.0/33",
  "256.0.0.0/8",
  "::1/128",
  "all",
  // Every address, and nearly every address.
  "0.0.0.0/0",
  "128.0.0.0/1",
  // AWS refuses host bits, and readers disagree about leading zeros.
  "203.0.113.7/24",
  "010.0.0.0/8",
  "10.0.0.0/08",
  "10.0.0.08/29",
  "10.0.0.00/8",
  // Forms of inet_aton, which other readers take.
  "10/8",
  "10.0/8",
  "10.1/16",
  "0x0a.0.0.0/8",
  "0xa000000/8",
  "167772160/8",
  // IPv6, also with an IPv4 address inside.
  "::ffff:10.0.0.0/104",
  "::ffff:10.0.0.0/8",
  "[::1]/128",
  "fe80::%eth0/64",
  // Other masks and signs.
  "10.0.0.0/255.0.0.0",
  "10.0.0.0/+8",
  "10.0.0.0/-8",
  "10.0.0.0/8.0",
  "10.0.0.0/1e1",
  "10.0.0.0/",
  "10.0.0.0//8",
  "10.0.0.0/8/8",
  "10.0.0.0 /8",
  "10.0.0.0/ 8",
  "+10.0.0.0/8",
  "10..0.0/8",
  "10.0.0.0./8",
  "1\u0660.0.0.0/8",
];

test("anything but IPv4 networks that the program accepts is refused, with what is allowed", async () => {
  for (const text of refused) {
    assert.throws(
      () => parseInsiderNetworks(text),
      { code: "DMM_NETWORKS_INVALID", exitCode: 2, message: /203\.0\.113\.0\/24/ },
      text,
    );
    // The local region takes /0, as AWS does.
    if (!/\/[01]$/.test(text)) assert.equal(parseCidr(text), undefined, text);
  }
});

test("up and gate refuse networks before they write anything", async () => {
  using folder = new TemporaryHome();
  for (const command of ["up", "gate"]) {
    const result = await runCommandLine(folder.directory, command, "feature-x", "--insiders", "0.0.0.0/0");
    assert.equal(result.code, 2, result.stderr);
    assert.match(result.stderr, /DMM_NETWORKS_INVALID .*"0\.0\.0\.0\/0"/);
    assert.ok(!existsSync(folder.home.environments) && !existsSync(folder.home.networks));
  }
});

test("networks that the command line accepts are accepted by the local region", async () => {
  const octet = fc.oneof(fc.integer({ min: 0, max: 300 }).map(String), fc.constantFrom("0", "010", "00"));
  const text = fc
    .tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 40 }))
    .map(([a, b, c, d, bits]) => `${a}.${b}.${c}.${d}/${bits}`);
  fc.assert(
    fc.property(text, (network) => {
      const cidr = parseCidr(network);
      const taken = cidr !== undefined && cidr.mask >= 8;
      if (taken) assert.deepEqual(parseInsiderNetworks(network), [network]);
      else assert.throws(() => parseInsiderNetworks(network), { code: "DMM_NETWORKS_INVALID" });
    }),
  );
});
