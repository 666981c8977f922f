import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { computeDifferences } from "../../../gateway/configuration/difference.ts";
import type {
  ConfigurationDocument,
  RouteEntry,
  ScopeEntry,
} from "../../../gateway/configuration/document.ts";
import { normalizeDocument } from "../../../gateway/configuration/normalize.ts";
import { createRoute } from "./migrated-database.ts";

const name = fc.stringMatching(/^[a-z]{1,6}$/);
const scope: fc.Arbitrary<ScopeEntry> = fc.record({ name, description: fc.string() });
const route: fc.Arbitrary<RouteEntry> = fc
  .record({
    name,
    methods: fc.subarray(["GET", "POST", "put"], { minLength: 1 }),
    scopes: fc.array(name),
    retries: fc.nat(5),
    rate: fc.option(fc.record({ perSecond: fc.nat(9), burst: fc.nat(9) })),
  })
  .map((fields) => ({ ...createRoute(fields.name), ...fields }));

const document: fc.Arbitrary<ConfigurationDocument> = fc
  .record({
    scopes: fc.uniqueArray(scope, { selector: (entry) => entry.name }),
    routes: fc.uniqueArray(route, { selector: (entry) => entry.name }),
  })
  .map((some) => normalizeDocument({ upstreams: [], clients: [], ...some }));

test("normalizing again changes nothing", async () => {
  fc.assert(fc.property(document, (one) => assert.deepEqual(normalizeDocument(one), one)));
});

test("the order of entries and words makes no difference", async () => {
  fc.assert(
    fc.property(document, (one) => {
      const turned = {
        ...one,
        scopes: [...one.scopes].reverse(),
        routes: one.routes.map((entry) => ({ ...entry, scopes: [...entry.scopes].reverse() })).reverse(),
      };
      assert.deepEqual(computeDifferences(one, normalizeDocument(turned)), []);
    }),
  );
});

test("a difference is empty exactly when two documents are equal, and names every changed entry", async () => {
  fc.assert(
    fc.property(document, document, (one, other) => {
      const differences = computeDifferences(one, other);
      assert.equal(differences.length === 0, JSON.stringify(one) === JSON.stringify(other));
      for (const { kind, name: changed, change } of differences) {
        const has = (some: ConfigurationDocument) => some[kind].some((entry) => entry.name === changed);
        assert.deepEqual([has(one), has(other)], [change !== "added", change !== "removed"]);
      }
    }),
  );
});
