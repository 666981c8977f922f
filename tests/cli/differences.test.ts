import assert from "node:assert/strict";
import { test } from "tap";
import { readProductionPort, readProductionPorts } from "../../cli/engine/configuration.ts";
import {
  listDifferences,
  listOwnDifferences,
  renderOwnDifferences,
} from "../../cli/provisioning/list-differences.ts";
import { declaredDifferences } from "../../stacks/differences.ts";

const production = { ingress: readProductionPort(), ...readProductionPorts() };
const asProduction = {
  record: { target: "aws" },
  ingress: { connect: { port: production.ingress } },
} as const;
const shifted = {
  record: { target: "local", ports: { servicePort: 9080, databasePort: 4306, cachePort: 7379 } },
  ingress: { connect: { port: 8443 } },
} as const;

test("an environment on production's ports has only the differences of every environment", async () => {
  assert.deepEqual(listOwnDifferences(asProduction), []);
  const scopes = new Set(listDifferences(asProduction).map(({ scope }) => scope));
  assert.deepEqual([...scopes], ["every environment"]);
});

test("every declared difference is reported, with both values and the reason", async () => {
  const reported = listDifferences(shifted);
  const [own, everywhere] = [
    reported.filter(({ scope }) => scope === "this environment"),
    reported.filter(({ scope }) => scope === "every environment"),
  ];
  const keys = declaredDifferences.flatMap((it) => (it.kind === "configured" ? [`dmm-env:${it.key}`] : []));
  assert.deepEqual(new Set(own.map(({ what }) => what)), new Set([...keys, "dmm-env:image"]));
  const declared = declaredDifferences.filter(({ kind }) => kind !== "configured");
  assert.deepEqual(
    everywhere.map(({ reason }) => reason),
    declared.map(({ reason }) => reason),
  );
  assert.equal(new Set(everywhere.map(({ what }) => what)).size, declared.length);
  for (const { production: theirs, environment: ours } of reported) assert.notEqual(theirs, ours);
});

test("each changed port is described with production's", async () => {
  assert.ok(
    renderOwnDifferences(shifted).includes(
      "Differs from production: dmm-env:ingressPort is 8443 instead of 443. This machine does not allow production's port, or another program uses it.",
    ),
  );
  assert.equal(renderOwnDifferences(shifted).length, 5);
});
