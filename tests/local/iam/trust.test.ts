import assert from "node:assert/strict";
import { test } from "tap";
import { canAssume, parseTrust, type TrustedService } from "../../../local/access/trust.ts";
import { iamResourceHandlers } from "../../../local/iam/roles.ts";
import type { Region } from "../../../local/region.ts";
import { createMemoryRegion } from "../provider/memory-region.ts";

const account = createMemoryRegion().accountId;
const roleArn = `arn:aws:iam::${account}:role/r`;

function regionWith(statement: Record<string, unknown>): Region {
  const region = createMemoryRegion();
  const assumeRolePolicy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const type = "aws:iam/role:Role";
  region.resources.put({
    type,
    id: "r",
    urn: "",
    name: "r",
    inputs: { assumeRolePolicy },
    outputs: { arn: roleArn },
  });
  return region;
}

function allow(service: string, condition?: Record<string, Record<string, string>>) {
  return {
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    ...(condition && { Condition: condition }),
  };
}

const cases: readonly {
  readonly title: string;
  readonly service: TrustedService;
  readonly statement: Record<string, unknown>;
  readonly can: boolean;
}[] = [
  {
    title: "Firehose takes a role without condition",
    service: "firehose.amazonaws.com",
    statement: allow("firehose.amazonaws.com"),
    can: true,
  },
  {
    title: "Firehose does not take a role that demands a key which AWS does not document for it",
    service: "firehose.amazonaws.com",
    statement: allow("firehose.amazonaws.com", { StringEquals: { "aws:SourceAccount": account } }),
    can: false,
  },
  {
    title: "Firehose assumes a role whose condition compares the account only if it is set",
    service: "firehose.amazonaws.com",
    statement: allow("firehose.amazonaws.com", { StringEqualsIfExists: { "aws:SourceAccount": account } }),
    can: true,
  },
  {
    title: "ECS takes a role for tasks of this account",
    service: "ecs-tasks.amazonaws.com",
    statement: allow("ecs-tasks.amazonaws.com", { StringEquals: { "aws:SourceAccount": account } }),
    can: true,
  },
  {
    title: "ECS does not take a role for tasks of another account",
    service: "ecs-tasks.amazonaws.com",
    statement: allow("ecs-tasks.amazonaws.com", { StringEquals: { "aws:SourceAccount": "999999999999" } }),
    can: false,
  },
  {
    title: "an account that is set is compared by IfExists as well",
    service: "ecs-tasks.amazonaws.com",
    statement: allow("ecs-tasks.amazonaws.com", {
      StringEqualsIfExists: { "aws:SourceAccount": "999999999999" },
    }),
    can: false,
  },
  {
    title: "ECS does not take a role of another service",
    service: "ecs-tasks.amazonaws.com",
    statement: allow("ec2.amazonaws.com"),
    can: false,
  },
];

for (const { title, service, statement, can } of cases)
  test(title, async () => {
    assert.equal(canAssume(regionWith(statement), roleArn, { service }), can);
  });

test("a role that does not exist cannot be assumed", async () => {
  const region = createMemoryRegion();
  assert.equal(canAssume(region, roleArn, { service: "firehose.amazonaws.com" }), false);
});

test("a trust policy whose condition the region does not evaluate is refused", async () => {
  const text = (statement: unknown) => JSON.stringify({ Statement: [statement] });
  assert.throws(() => parseTrust(text(allow("a", { Bool: { "aws:SecureTransport": "true" } }))), /Bool/);
  assert.throws(() => parseTrust(text(allow("a", { StringEquals: { "aws:Other": "x" } }))), /aws:Other/);
  assert.throws(() => parseTrust(text({ Effect: "Allow", Action: "sts:AssumeRole" })), /Principal/);
});

async function createRole(assumeRolePolicy: string): Promise<void> {
  const handler = iamResourceHandlers.find(({ type }) => type === "aws:iam/role:Role");
  const inputs = { name: "r", assumeRolePolicy };
  await handler?.create(createMemoryRegion(), { urn: "", name: "r", inputs });
}

const service = "ecs-tasks.amazonaws.com";
const malformed: Readonly<Record<string, readonly [Record<string, unknown>, RegExp]>> = {
  "an Effect in lower case": [{ Effect: "deny" }, /Effect is deny; it must be Allow or Deny/],
  "no Effect": [{ Effect: undefined }, /Effect is undefined/],
  "no Action": [{ Action: undefined }, /Action must be a text/],
  NotAction: [{ Effect: "Deny", NotAction: "sts:TagSession" }, /does not evaluate NotAction/],
  NotPrincipal: [{ NotPrincipal: { Service: service } }, /does not evaluate NotPrincipal/],
  "a Resource": [{ Resource: "*" }, /does not evaluate Resource/],
  "every principal": [{ Effect: "Deny", Principal: "*" }, /does not evaluate the Principal "\*"/],
  "an account as principal": [{ Principal: { AWS: account } }, /does not evaluate the Principal/],
  "an account beside a service": [{ Principal: { Service: service, AWS: "*" } }, /the Principal/],
  "a principal without a service": [{ Principal: {} }, /the Principal/],
  "a service that is not a text": [{ Principal: { Service: [5] } }, /Service must be a text/],
  "a condition that is not an object": [{ Condition: 5 }, /Condition must be a JSON object/],
  "an operator without an object": [{ Condition: { StringEquals: 5 } }, /StringEquals must be a JSON object/],
};
for (const [name, [changes, reason]] of Object.entries(malformed))
  test(`a trust policy with ${name} is refused, also when a role is created`, async () => {
    const text = JSON.stringify({ Statement: [{ ...allow(service), ...changes }] });
    assert.throws(() => parseTrust(text), { message: reason });
    await assert.rejects(createRole(text), { code: "MalformedPolicyDocument", message: reason });
  });

test("a trust policy without a statement that is an object is refused", async () => {
  for (const text of ["[]", "{}", '{"Statement":[]}', '{"Statement":"x"}', '{"Statement":[null]}'])
    assert.throws(() => parseTrust(text), /JSON object|no Statement/, text);
});
