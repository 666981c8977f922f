import assert from "node:assert/strict";
import { test } from "tap";
import { ConfigError, parseConfig } from "../../stacks/config/config.ts";
import { type Deployed, deploy, environmentConfig } from "./deployed.ts";

function readVariables({ one }: Deployed, service: string): Record<string, string> {
  const { inputs } = one("aws:ecs/taskDefinition:TaskDefinition", service);
  const [container] = JSON.parse(inputs.containerDefinitions) as {
    readonly environment: readonly { name: string; value: string }[];
  }[];
  return Object.fromEntries(container!.environment.map(({ name, value }) => [name, value]));
}

test("a company's own login is configured for the gateways and the admin site", async () => {
  const login = "/app/login/company.ts";
  const deployed = await deploy({ ...environmentConfig, login, dpopNonces: "on" });
  assert.equal(readVariables(deployed, "gateway").LOGIN, login);
  assert.equal(readVariables(deployed, "gateway").DPOP_NONCES, "on");
  assert.equal(readVariables(deployed, "admin").LOGIN, login);
  assert.equal(readVariables(deployed, "stub").LOGIN, undefined);
});

test("without one no variable is set", async () => {
  const deployed = await deploy(environmentConfig);
  for (const service of ["gateway", "admin"]) assert.equal(readVariables(deployed, service).LOGIN, undefined);
  assert.equal(readVariables(deployed, "gateway").DPOP_NONCES, undefined);
});

// `development` accepts everyone.
for (const login of [
  "development",
  "users",
  "login.ts",
  "/app/../etc/x.ts",
  "/app/login",
  "/app/a b.ts",
  "data:,x.js",
])
  test(`the login ${login} is refused`, async () => {
    const config = Object.entries({ ...environmentConfig, login });
    assert.throws(
      () => parseConfig(Object.fromEntries(config.map(([key, value]) => [`dmm-env:${key}`, value]))),
      (error) =>
        error instanceof ConfigError && error.problems.some(({ message }) => message.includes("path")),
    );
  });
