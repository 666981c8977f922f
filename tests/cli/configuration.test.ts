import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { parse } from "yaml";
import { ensureAuthority } from "../../cli/access/authority.ts";
import { ensureFirstList } from "../../cli/access/revocation-list.ts";
import {
  isNetworkAllowed,
  type Overrides,
  readProject,
  writeConfiguration,
} from "../../cli/engine/configuration.ts";
import { networkNumbers, reserveNetwork } from "../../cli/environment/network.ts";
import { checkout } from "../../cli/home.ts";
import { environmentKeys } from "../../stacks/config/config.ts";
import { CopiedCheckout } from "./copied-checkout.ts";
import { TemporaryHome } from "./temporary-home.ts";

const production = parse(readFileSync(join(checkout, "Pulumi.production.yaml"), "utf8")).config;

async function makeOverrides(directory: string): Promise<Overrides> {
  const authority = await ensureAuthority(directory, "feature-x");
  return {
    environment: "feature-x",
    addressBlock: "10.23.0.0/16",
    insiders: "127.0.0.1/32",
    ingressPort: "8443",
    servicePort: "9080",
    databasePort: "4306",
    cachePort: "7379",
    insiderAuthority: authority.certificate.toString("pem"),
    revocationList: await ensureFirstList(directory, authority),
    owner: "jane",
    expires: "2026-01-01T08:00:00.000Z",
  };
}

test("an environment's configuration is production's, except for its own keys", async () => {
  using folder = new TemporaryHome();
  const overrides = await makeOverrides(folder.directory);
  writeConfiguration(folder.directory, "feature-x", overrides);
  const own = environmentKeys.map((key) => `dmm-env:${key}`);
  const { config } = parse(readFileSync(join(folder.directory, "Pulumi.feature-x.yaml"), "utf8"));
  const rest = (values: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(values).filter(([key]) => !own.includes(key)));
  assert.deepEqual(rest(config), rest(production));
  assert.deepEqual(Object.keys(overrides).sort(), [...environmentKeys].sort());
  for (const [key, value] of Object.entries(overrides)) assert.equal(config[`dmm-env:${key}`], value);
  assert.equal(readProject().region, production["aws:region"]);
});

test("times stay text for a parser that recognizes timestamps", async () => {
  using folder = new TemporaryHome();
  writeConfiguration(folder.directory, "feature-x", await makeOverrides(folder.directory));
  const text = readFileSync(join(folder.directory, "Pulumi.feature-x.yaml"), "utf8");
  assert.match(text, /dmm-env:expires: "2026-01-01T08:00:00.000Z"/);
});

test("the salt of the engine's secrets survives a new configuration", async () => {
  using folder = new TemporaryHome();
  const overrides = await makeOverrides(folder.directory);
  const file = join(folder.directory, "Pulumi.feature-x.yaml");
  writeConfiguration(folder.directory, "feature-x", overrides);
  appendFileSync(file, "encryptionsalt: v1:abc=:v1:def:ghi==\n");
  writeConfiguration(folder.directory, "feature-x", { ...overrides, owner: "joe" });
  const { config, encryptionsalt } = parse(readFileSync(file, "utf8"));
  assert.equal(encryptionsalt, "v1:abc=:v1:def:ghi==");
  assert.equal(config["dmm-env:owner"], "joe");
});

test("values that the program would refuse are refused before anything starts, all at once", async () => {
  using folder = new TemporaryHome();
  const wrong = { ...(await makeOverrides(folder.directory)), addressBlock: "everything", expires: "soon" };
  assert.throws(
    () => writeConfiguration(folder.directory, "feature-x", wrong),
    (error: Error & { code: string; exitCode: number }) => {
      assert.equal(error.code, "DMM_STACKS_CONFIGURATION_INVALID");
      assert.equal(error.exitCode, 4);
      assert.match(
        error.message,
        /dmm-env:addressBlock is "everything"[\s\S]*dmm-env:expires is "soon"|dmm-env:expires is "soon"[\s\S]*dmm-env:addressBlock is "everything"/,
      );
      return true;
    },
  );
});

test("up refuses a configuration before it writes anything of the environment", async () => {
  using checkout = new CopiedCheckout();
  checkout.append("Pulumi.production.yaml", '  dmm-env:stubCount: "many"\n');
  const wrong = await checkout.runJson("up", "feature-x");
  assert.equal(wrong.exitCode, 4);
  assert.equal(wrong.error.code, "DMM_STACKS_CONFIGURATION_INVALID");
  assert.match(wrong.error.message, /Pulumi\.production\.yaml cannot be read/);
  checkout.edit("Pulumi.production.yaml", (text) => text.replace('\n  dmm-env:stubCount: "1"', ""));
  const refused = await checkout.runJson("up", "feature-x");
  assert.equal(refused.error.code, "DMM_STACKS_CONFIGURATION_INVALID");
  assert.match(refused.error.message, /stubCount is "many"/);
  assert.deepEqual(readdirSync(checkout.home), []);
});

test("an environment gets no address block that overlaps an on-premises network", async () => {
  using folder = new TemporaryHome();
  const project = { ...readProject(), onPremisesNetworks: ["10.20.30.0/24", "10.128.0.0/9"] };
  const allowed = networkNumbers.filter((number) => isNetworkAllowed(project, number));
  assert.ok(!allowed.includes(20) && !allowed.includes(128) && allowed.length === 117);
  const number = reserveNetwork(folder.home, "feature-x", { isAllowed: (one) => one === 42 });
  assert.equal(number, 42);
});
