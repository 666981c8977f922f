import assert from "node:assert/strict";
import { test } from "tap";
import { readSourceFiles } from "./source-files.ts";

/** Here addresses are parsed, planned or written, but not listened on. */
const inputs = [
  "tests/environment/processes.ts",
  "tests/local/elb/access-log-line.test.ts",
  "tests/local/elasticache/cluster-view.test.ts",
  "tests/local/daemon/addresses.test.ts",
  "tests/local/daemon/arguments.test.ts",
  "tests/local/daemon/files.test.ts",
  "tests/local/endpoint/credentials.test.ts",
  "tests/local/endpoint/protocols.test.ts",
  "tests/local/provider/memory-region.ts",
  "tests/loopback.ts",
  "tests/machine/listeners.test.ts",
  "tests/machine/loopback-networks.test.ts",
  "tests/repository/loopback.test.ts",
];

/** Here the product chose the number, or takes the reserved network's number. */
const numbers = [
  "tests/cli/ingress-port.test.ts",
  "tests/cli/network.test.ts",
  "tests/environment/chaos.ts",
  "tests/machine/loopback-networks.test.ts",
];

/** `127.201` and all addresses in it, also in a regular expression; 127.0.0.0/16 is shared. */
const written = /(?<![\d.])127\\?\.(?!0\b)\d{1,3}/;

test("tests reserve their loopback networks, and never write one by hand", async () => {
  const writing = readSourceFiles(["tests"])
    .filter(({ text }) => written.test(text))
    .map(({ path }) => path);
  assert.deepEqual(writing.sort(), [...inputs].sort());
});

test("tests build no loopback network from a number", async () => {
  const making = readSourceFiles(["tests"])
    .filter(({ text }) => /(?<![\d.])127\.\$\{/.test(text))
    .map(({ path }) => path);
  assert.deepEqual(making.sort(), numbers);
});

test("a network is recognized wherever it is written", async () => {
  for (const text of ['"127.201"', "`http://127.5.1.9`", "/127\\.215\\.1/", "'127.254.0.1'"])
    assert.match(text, written);
  for (const text of ['"127.0.0.1"', "127.0.0.0/8", "`127.x.7.7`", "1127.5", "10.127.5.1"])
    assert.doesNotMatch(text, written);
});
