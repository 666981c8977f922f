import assert from "node:assert/strict";
import { before, t, test } from "tap";
import { reserveNetwork } from "../../loopback.ts";
import { Chance } from "../chance.ts";
import { ChaosClient } from "./chaos/client.ts";
import { type Counts, Family } from "./chaos/family.ts";
import { strike, waitUntilWhole } from "./chaos/faults.ts";
import { Fleet } from "./chaos/fleet.ts";

const network = await reserveNetwork();

const seeds = Number(process.env.DMM_ENV_CHAOS_SEEDS ?? 5);
const firstSeed = Number(process.env.DMM_ENV_CHAOS_SEED ?? 20_261_130);
/** Faults in each seed, and concurrent clients. */
const strikes = 2;
const clients = 12;

let fleet: Fleet;
before(async () => {
  fleet = await Fleet.start(network);
});
t.teardown(() => fleet?.stop());

for (let seed = firstSeed; seed < firstSeed + seeds; seed++)
  test(`seed ${seed}: acknowledged tokens stay, and revoked or used ones never work`, async (context) => {
    const counts: Counts = { logins: 0, refreshes: 0, redemptions: 0, revocations: 0 };
    const families: Family[] = [];
    let struck = false;
    const run = async (index: number) => {
      const chance = new Chance(seed * 1000 + index);
      const client = new ChaosClient(
        fleet.gateways.map(({ origin }) => origin),
        chance,
      );
      while (!struck) {
        const family = new Family(client, chance, counts);
        families.push(family);
        await family.live(() => struck);
      }
    };
    const acting = Promise.all(Array.from({ length: clients }, (_, index) => run(index + 1)));
    const chance = new Chance(seed);
    const names: string[] = [];
    try {
      for (let count = 0; count < strikes; count++) names.push(await strike(fleet.redis, chance));
    } finally {
      struck = true;
      await acting;
    }
    await waitUntilWhole(fleet.redis);
    for (const family of families) await family.settle();
    context.comment(`${names.join("; ")}: ${JSON.stringify(counts)}`);
    const refusals = fleet.readRefusals();
    assert.deepEqual(
      families.flatMap(({ violations }) => violations),
      [],
      `${names.join("; ")}\n${refusals.join("\n")}`,
    );
  });
