import assert from "node:assert/strict";
import { test } from "tap";
import { parseContainerDefinition } from "../../../local/ecs/container-definition.ts";
import { recordedMembers } from "../../../local/ecs/container-members.ts";
import { recordedProperties as ofService, service } from "../../../local/ecs/service.ts";
import { recordedProperties as ofDefinition, taskDefinition } from "../../../local/ecs/task-definition.ts";

const whole = {
  name: "main",
  image: "example.com/a/b:1",
  command: ["serve"],
  environment: [{ name: "A", value: "1" }],
  secrets: [{ name: "B", valueFrom: "/b" }],
  portMappings: [{ containerPort: 8080, protocol: "tcp" }],
  stopTimeout: 20,
};

function parse(more: Record<string, unknown> = {}) {
  return parseContainerDefinition(JSON.stringify([{ ...whole, ...more }]));
}

test("a container is read with its variables, secrets, ports and stop timeout", async () => {
  assert.deepEqual(parse(), {
    name: "main",
    image: "example.com/a/b:1",
    command: ["serve"],
    environment: { A: "1" },
    secrets: { B: "/b" },
    ports: [8080],
    stopTimeout: 20,
  });
  assert.equal(parse({ stopTimeout: undefined }).stopTimeout, 30, "ECS's default");
});

const refusals: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  ["a command as health check", { healthCheck: { command: ["CMD", "true"] } }, /healthCheck.*target group/],
  ["mounted volumes", { mountPoints: [{ sourceVolume: "data" }] }, /mountPoints.*no volumes/],
  ["another entry point", { entryPoint: ["/bin/sh"] }, /entryPoint/],
  ["an unknown member", { colour: "red" }, /colour is not supported/],
  [
    "a port that differs on the host",
    { portMappings: [{ containerPort: 80, hostPort: 8080 }] },
    /hostPort is 8080/,
  ],
  ["a container that is not essential", { essential: false }, /essential/],
  ["a variable that is also a secret", { environment: [{ name: "B", value: "1" }] }, /B is both/],
  [
    "a secret of Secrets Manager",
    { secrets: [{ name: "B", valueFrom: "arn:aws:secretsmanager:eu-west-1:1:secret:b" }] },
    /Secrets Manager/,
  ],
  ["a time to stop beyond ECS's", { stopTimeout: 121 }, /stopTimeout is 121/],
];

for (const [what, more, message] of refusals) {
  test(`a definition with ${what} is refused by name`, async () => {
    assert.throws(() => parse(more), { code: "ClientException", message });
  });
}

test("all problems are reported at once, and empty lists are allowed", async () => {
  assert.throws(() => parse({ colour: "red", essential: false }), /colour[\s\S]*essential/);
  assert.doesNotThrow(() => parse({ mountPoints: [], volumesFrom: [] }));
});

test("a task has exactly one container", async () => {
  assert.throws(() => parseContainerDefinition(JSON.stringify([whole, whole])), /2 containers/);
  assert.throws(() => parseContainerDefinition("{"), /not a JSON list/);
});

test("members that are only recorded are accepted, and have their reason", async () => {
  assert.doesNotThrow(() => parse({ cpu: 256, user: "node", linuxParameters: { initProcessEnabled: true } }));
  for (const reason of [recordedMembers, ofService, ofDefinition].flatMap((table) => Object.values(table)))
    assert.ok(reason.length > 5);
  for (const property of Object.keys(ofService)) assert.ok(service.inputs.includes(property));
  for (const property of Object.keys(ofDefinition)) assert.ok(taskDefinition.inputs.includes(property));
});
