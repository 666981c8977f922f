import assert from "node:assert/strict";
import { createSecretKey, generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import type { Contender } from "../../bench/gateway/contenders/contender.ts";
import { haproxy, haproxyHs256, haproxyRs256 } from "../../bench/gateway/contenders/haproxy.ts";
import { fastifyHttpProxy, httpProxy } from "../../bench/gateway/contenders/node-proxies.ts";
import { createToken } from "../../bench/gateway/test-bed/json-web-token.ts";
import { httpPort, planNetwork } from "../../bench/gateway/test-bed/network.ts";
import type { TestBed } from "../../bench/gateway/test-bed/test-bed.ts";
import { responseBytes, startUpstream } from "../../bench/gateway/test-bed/upstream.ts";

const network = await planNetwork();
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const shared = createSecretKey(Buffer.from("a secret of this test"));

/** Without the stores, which these contenders do not need. */
async function withTestBed(use: (testBed: TestBed) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "bench-contenders-"));
  try {
    await using _upstream = await startUpstream(network.upstream, httpPort, directory);
    const upstreamUrl = `http://${network.upstream}:${httpPort}`;
    await use({ directory, network, upstreamUrl, keys: { rsa, shared } } as unknown as TestBed);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function ask(contender: Contender, testBed: TestBed, authorizations: readonly string[]) {
  await using running = await contender.start(testBed, network.contender(0));
  const statuses: number[] = [];
  for (const authorization of [...running.authorizations, ...authorizations]) {
    const response = await fetch(`http://${running.host}:${running.port}${running.path}`, {
      headers: { authorization },
    });
    const body = await response.text();
    if (response.status === 200) assert.equal(body.length, responseBytes);
    statuses.push(response.status);
  }
  return statuses;
}

test("contenders that check tokens accept the genuine one and refuse everything else", async () => {
  await withTestBed(async (testBed) => {
    const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const foreign = `Bearer ${createToken("RS256", stranger, "verifier")}`;
    const confused = `Bearer ${createToken("HS256", shared, "verifier")}`;
    assert.deepEqual(
      await ask(haproxyRs256, testBed, [foreign, confused, "Bearer x", ""]),
      [200, 401, 401, 401, 401],
    );
    assert.deepEqual(await ask(haproxyHs256, testBed, [foreign, "Bearer x"]), [200, 401, 401]);
  });
});

test("contenders that check nothing forward the upstream's complete response", async () => {
  await withTestBed(async (testBed) => {
    for (const contender of [haproxy, fastifyHttpProxy, httpProxy])
      assert.deepEqual(await ask(contender, testBed, ["", "Bearer x"]), [200, 200], contender.name);
  });
});
