import assert from "node:assert/strict";
import { test } from "tap";
import { readModel } from "../../../local/models/model.ts";
import { resourceMappings } from "../../../local/models/resources/index.ts";
import { handlers } from "../../../local/registry.ts";

test("every resource type of the region has a mapping to AWS's operations", async () => {
  const unmapped = handlers.filter(({ type }) => !(type in resourceMappings)).map(({ type }) => type);
  assert.deepEqual(unmapped, [], "add them to local/models/resources/");
});

for (const { type, inputs } of handlers)
  test(`every property of ${type} is mapped to a member, or is the provider's own`, async () => {
    const { requests, provider = {} } = resourceMappings[type]!;
    const mapped = new Set([
      ...requests.flatMap(({ properties }) => Object.keys(properties)),
      ...Object.keys(provider),
    ]);
    assert.deepEqual(
      inputs.filter((name) => !mapped.has(name)),
      [],
      "add them to local/models/resources/",
    );
  });

test("mappings by name lead to members that AWS's models have", async () => {
  const wrong = Object.entries(resourceMappings).flatMap(([type, { service, requests }]) =>
    requests.flatMap(({ operation, properties, assigned = [] }) => {
      const model = readModel(service);
      const input = model.operations[operation];
      assert.ok(input, `${service} ${operation} is in the model`);
      const names = Object.values(properties).filter((property) => typeof property === "string");
      return [...names, ...assigned]
        .filter((path) => !leads(service, input, path.split(".")))
        .map((path) => `${type}: ${operation} ${path}`);
    }),
  );
  assert.deepEqual(wrong, []);
});

function leads(service: Parameters<typeof readModel>[0], name: string, path: readonly string[]): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return true;
  const shape = readModel(service).shapes[name];
  const member = shape?.type === "map" ? shape.value : shape?.members?.[first];
  return member !== undefined && leads(service, member.shape, rest);
}
