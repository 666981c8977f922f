import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { t, test } from "tap";
import { RetryBudget } from "../../../gateway/upstreams/retry-budget.ts";
import { Upstreams } from "../../../gateway/upstreams/upstreams.ts";
import { reserveNetwork } from "../../loopback.ts";
import { waitUntil } from "../../wait-until.ts";
import { StartedProcess } from "../started-process.ts";
import { askUpstream } from "../upstream-request.ts";

const network = await reserveNetwork();

const upstreams = new Upstreams(() => {});
t.teardown(() => upstreams.close());

function open(name: string, weights: readonly number[]) {
  const targets = weights.map((weight, index) => ({ origin: `http://${network}.1.${index + 1}:9`, weight }));
  return upstreams.resolve({ name, connectLimitMs: 1000, targets });
}

test("origins are chosen by weight", async () => {
  const choices = open("weighted", [1, 3]);
  const counts = new Map<string, number>();
  for (let round = 0; round < 8000; round++) {
    const { origin } = choices.choose()!;
    counts.set(origin, (counts.get(origin) ?? 0) + 1);
  }
  const share = counts.get(`http://${network}.1.2:9`)! / 8000;
  assert.ok(share > 0.7 && share < 0.8, `${share}`);
});

test("an origin that keeps failing is skipped, retries go elsewhere, and all are tried when all fail", async () => {
  const choices = open("failing", [1, 1, 1]);
  const bad = choices.choose()!;
  for (let round = 0; round < 50; round++) assert.notEqual(choices.choose(bad), bad);
  for (let failure = 0; failure < 3; failure++) bad.fail();
  for (let round = 0; round < 50; round++) assert.notEqual(choices.choose(), bad);
  for (const target of upstreams.targets) for (let failure = 0; failure < 3; failure++) target.fail();
  assert.ok(choices.choose() !== undefined);
});

test("a connect timeout applies to an origin that another upstream opened before", async () => {
  const port = 8080;
  const listen = `require("node:net").createServer().listen({ host: "${network}.1.50", port: ${port}, backlog: 1 }, () => console.log("open"))`;
  const deaf = new StartedProcess(process.execPath, ["-e", listen]);
  const fillers: ReturnType<typeof connect>[] = [];
  try {
    await waitUntil("it listens", () => deaf.output.includes("open"));
    // A stopped process accepts no connection: once the backlog is full, the kernel no longer responds.
    deaf.child.kill("SIGSTOP");
    for (let count = 0; count < 8; count++)
      fillers.push(connect({ host: `${network}.1.50`, port }).on("error", () => {}));
    await Promise.race(fillers.map((filler) => once(filler, "connect")));
    const targets = [{ origin: `http://${network}.1.50:${port}`, weight: 1 }];
    const patient = upstreams.resolve({ name: "patient", connectLimitMs: 60_000, targets }).choose()!;
    const hasty = upstreams.resolve({ name: "hasty", connectLimitMs: 100, targets }).choose()!;
    assert.equal(hasty, patient);
    const ask = (connectLimitMs: number) => askUpstream(patient, { connectLimitMs });
    const waiting = ask(60_000).then(
      () => "responded",
      (error: { code?: string }) => error.code,
    );
    const began = performance.now();
    await assert.rejects(ask(100), { code: "DMM_GATEWAY_UPSTREAM_SLOW" });
    assert.ok(performance.now() - began < 30_000);
    assert.equal(await Promise.race([waiting, "still waiting"]), "still waiting");
    patient.close();
    await waiting;
  } finally {
    for (const filler of fillers) filler.destroy();
    await deaf.end();
  }
});

test("retries never exceed a tenth of the forwarded requests, plus the first few", async () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 2000 }), (events) => {
      const budget = new RetryBudget();
      let forwarded = 0;
      let repeated = 0;
      for (const isForwarded of events) {
        if (isForwarded) {
          budget.earn();
          forwarded++;
        } else if (budget.spend()) repeated++;
      }
      assert.ok(repeated <= 10 + forwarded * 0.1 + 1e-6, `${repeated} of ${forwarded}`);
    }),
  );
});
