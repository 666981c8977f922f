import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "tap";
import { internalEndpoints, steps } from "../../../gateway/request/steps.ts";

const root = resolve(import.meta.dirname, "../../..");
const [, section = ""] =
  /\n## A request\n(.*?)\n## /s.exec(readFileSync(resolve(root, "docs/gateway.md"), "utf8")) ?? [];

/** Items of the numbered lists of the section, in their order: number, name and file. */
const items = [...section.matchAll(/^(\d+)\. `(\w+)`(?: \(`([^`]+)`\))?/gm)].map(
  ([, number, name, path]) => ({
    number: Number(number),
    name,
    path,
  }),
);

test("the documentation lists the endpoints and the steps of a request in the order in which they are taken", async () => {
  const taken = [
    ...internalEndpoints.map((name, index) => ({ number: index + 1, name })),
    ...steps.map(({ name }, index) => ({ number: index + 1, name })),
  ];
  assert.deepEqual(
    items.map(({ number, name }) => ({ number, name })),
    taken,
  );
});

test("the files that the documentation names for the steps exist", async () => {
  const paths = items.flatMap(({ path }) => path ?? []);
  assert.ok(paths.length > 5);
  assert.deepEqual(
    paths.filter((path) => !existsSync(resolve(root, path))),
    [],
  );
});

test("a token is looked up before its scopes are compared, and a request is forwarded last", async () => {
  const names = steps.map(({ name }) => name);
  assert.ok(names.indexOf("authenticate") < names.indexOf("requireScopes"));
  assert.equal(names.at(-1), "forward");
  assert.equal(new Set(names).size, names.length);
});
