import assert from "node:assert/strict";
import { test } from "tap";
import {
  type Configured,
  declaredDifferences,
  type Presence,
  type Setting,
} from "../../stacks/differences.ts";
import {
  type DeclaredResource,
  type Deployed,
  deploy,
  environmentConfig,
  productionConfig,
} from "./deployed.ts";

const environment = await deploy(environmentConfig);
const production = await deploy(productionConfig);

const settings = declaredDifferences.filter((it): it is Setting => it.kind === "setting");
const configured = declaredDifferences.filter((it): it is Configured => it.kind === "configured");
const presences = declaredDifferences.filter((it): it is Presence => it.kind === "presence");

/** The value of a declared setting on a resource: an input, an option, or a variable of a container. */
function read(resource: DeclaredResource, property: string): unknown {
  if (property === "protect") return resource.protect;
  if (resource.type !== "aws:ecs/taskDefinition:TaskDefinition") return resource.inputs[property];
  const [container] = JSON.parse(resource.inputs.containerDefinitions);
  return container.environment.find((variable: { name: string }) => variable.name === property)?.value;
}

for (const { type, property, reason, ...values } of settings) {
  test(`${type} has ${property} ${values.environment} in an environment and ${values.production} in production`, async () => {
    const seen = (deployed: Deployed) =>
      new Set(
        deployed
          .all(type)
          .map((resource) => read(resource, property))
          .filter((value) => value !== undefined),
      );
    // Buckets and keys without valuable content need no protection, so production may have both values of
    // `protect`.
    assert.deepEqual(seen(environment), new Set([values.environment]));
    assert.ok(seen(production).has(values.production));
    assert.ok(reason.length > 0);
  });
}

test("production and an environment differ only as declared", async () => {
  assert.deepEqual(findUndeclared(environment, settings), []);
});

const otherPorts = {
  ingressPort: "8443",
  servicePort: "9080",
  databasePort: "4306",
  cachePort: "7379",
} as const;

for (const [key, port] of Object.entries(otherPorts))
  test(`consequences of another ${key} are declared as such`, async () => {
    const shifted = await deploy({ ...environmentConfig, [key]: port });
    const following = configured.filter((it) => it.key === key);
    assert.deepEqual(findUndeclared(shifted, [...settings, ...following]), []);
    for (const one of following) {
      const others = following.filter((it) => it !== one);
      const undeclared = findUndeclared(shifted, [...settings, ...others]);
      assert.notDeepEqual(undeclared, [], `${one.type} ${one.property}`);
    }
  });

type Property = Setting | Configured;

/** Differences from production without a declared property or presence. */
function findUndeclared(deployed: Deployed, declared: readonly Property[]): readonly string[] {
  const [ours, theirs] = [normalize(deployed, declared), normalize(production, declared)];
  const undeclared: string[] = [];
  for (const urn of new Set([...ours.keys(), ...theirs.keys()])) {
    const [one, other] = [ours.get(urn), theirs.get(urn)];
    if (one !== undefined && other !== undefined) {
      const differing = Object.keys({ ...one, ...other }).filter((it) => !equal(one[it], other[it]));
      undeclared.push(
        ...differing
          .filter((it) => it !== "type" && !isDeclared(declared, urn, it))
          .map((it) => `${urn} ${it}`),
      );
    } else if (!isDeclared(declared, urn, undefined)) undeclared.push(urn);
  }
  return undeclared;
}

test("every declared presence exists, and on its own side only", async () => {
  const has = (deployed: Deployed, { type, name, property }: Presence) =>
    deployed
      .all(type)
      .some((it) => matches(it.name, name) && (property === undefined || it.inputs[property] !== undefined));
  for (const presence of presences) {
    assert.equal(has(environment, presence), presence.in === "environment", JSON.stringify(presence));
    assert.equal(has(production, presence), presence.in === "production", JSON.stringify(presence));
  }
});

function matches(name: string, pattern: string | undefined): boolean {
  if (pattern === undefined) return true;
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function isDeclared(declared: readonly Property[], urn: string, property: string | undefined): boolean {
  const [type = "", name = ""] = urn.split(" ");
  if (presences.some((it) => it.type === type && matches(name, it.name) && it.property === property))
    return true;
  return declared.some((it) => it.type === type && it.property === property);
}

function equal(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Inputs by type and logical name, without names, addresses, owner and lifetime; declared variables omitted. */
function normalize(deployed: Deployed, declared: readonly Property[]): Map<string, Record<string, unknown>> {
  const { environment: name, network, ingress } = deployed.outputs;
  const variables = declared.filter((it) => it.type.includes("taskDefinition")).map((it) => it.property);
  const neutral = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(neutral);
    if (typeof value === "object" && value !== null) {
      if ("userData" in value) Object.assign(value, { userData: decode(String(value.userData)) });
      const kept = Object.entries(value).filter(([key]) => key !== "dmm:expires" && key !== "dmm:owner");
      return Object.fromEntries(kept.map(([key, inner]) => [key, neutral(inner)]));
    }
    if (typeof value !== "string") return value;
    const text = value
      .replaceAll(ingress.domain, "DOMAIN")
      .replaceAll(name, "NAME")
      .replaceAll(network.addressBlock, "BLOCK");
    return variables.reduce(
      (it, key) =>
        it
          .replace(new RegExp(`,?\\{"name":"${key}","value":"[^"]*"\\}`), "")
          .replace(new RegExp(`"${key}":\\[[^\\]]*\\],?`), ""),
      text,
    );
  };
  return new Map(
    deployed.resources.map(({ type, name: logical, inputs, protect }) => [
      neutral(`${type} ${logical}`) as string,
      { ...(withoutTags(type, neutral(inputs)) as Record<string, unknown>), protect },
    ]),
  );
}

/** User data contains the cluster's name, but as base64. */
function decode(base64: string): string {
  const text = Buffer.from(base64, "base64").toString();
  return text.startsWith("#!") ? text : base64;
}

/** The tags of an Auto Scaling group are a list, with the owner as an element. */
function withoutTags(type: string, inputs: unknown): unknown {
  if (type !== "aws:autoscaling/group:Group") return inputs;
  const { tags, ...rest } = inputs as { tags: readonly { key: string }[] };
  return { ...rest, tags: tags.filter(({ key }) => key !== "dmm:owner") };
}
