import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { test } from "tap";
import {
  ConfigError,
  environmentKeys,
  environmentName,
  keys,
  parseConfig,
} from "../../stacks/config/config.ts";
import { environmentConfig, productionConfig } from "./deployed.ts";

const root = join(import.meta.dirname, "..", "..");

function full(config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [`dmm-env:${key}`, value]));
}

function problemsOf(config: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseConfig(full(config));
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map((problem) => problem.message);
  }
}

test("every unset key has its documented default", async () => {
  const config = parseConfig(full(environmentConfig));
  assert.equal(config.gatewayCount, 3);
  assert.equal(config.cacheShards, 3);
  assert.equal(config.databaseReaders, 3);
  assert.deepEqual(config.insiders, ["203.0.113.0/24", "198.51.100.7/32"]);
});

test("an environment is named in the zone and production is the zone itself", async () => {
  assert.equal(parseConfig(full(environmentConfig)).domain, "feature-x.api.example.com");
  assert.equal(parseConfig(full(productionConfig)).domain, "api.example.com");
});

test("every problem is reported at once, under its full key, with its value and what is allowed", async () => {
  const { zone: _, ...rest } = environmentConfig;
  const problems = problemsOf({
    ...rest,
    environment: "Feature_X",
    cacheShards: "0",
    cacheShrads: "3",
    logRetentionDays: "4",
  });
  assert.deepEqual(
    problems.map((problem) => problem.split(" ")[0]),
    [
      "dmm-env:cacheShrads",
      "dmm-env:environment",
      "dmm-env:zone",
      "dmm-env:cacheShards",
      "dmm-env:logRetentionDays",
    ],
  );
  assert.ok(problems.includes('dmm-env:cacheShards is "0"; it must be a whole number from 1 to 90.'));
});

test("the error carries a code, the list and the fix", async () => {
  assert.throws(
    () => parseConfig({}),
    (error: unknown) =>
      error instanceof ConfigError &&
      error.code === "DMM_STACKS_CONFIGURATION_INVALID" &&
      error.problems.length === 6 &&
      error.hint.includes("docs/configuration.md"),
  );
});

test("an environment without insiders or without an end is refused", async () => {
  for (const key of ["insiders", "insiderAuthority", "revocationList", "expires"]) {
    const problems = problemsOf({ ...environmentConfig, [key]: "" });
    assert.equal(problems.length, 1, key);
    assert.match(problems[0] ?? "", new RegExp(`^dmm-env:${key} must be set`));
  }
});

test("production with insiders or an end is refused", async () => {
  const problems = problemsOf({ ...environmentConfig, environment: "production" });
  assert.equal(problems.length, 4);
  for (const problem of problems) assert.match(problem, /must not be set in production/);
});

test("networks that would amount to everyone are refused as insiders", async () => {
  for (const network of ["0.0.0.0/0", "128.0.0.0/1", "10.0.0.0/7"]) {
    assert.equal(problemsOf({ ...environmentConfig, insiders: network }).length, 1, network);
  }
});

test("networks with host bits, wrong numbers or wrong masks are refused", async () => {
  for (const network of [
    "10.0.0.1/24",
    "10.0.0.256/32",
    "10.0.0.0/33",
    "10.0.0.0",
    "10.0.0/24",
    "::/0",
    "a.b.c.d/8",
  ]) {
    assert.equal(problemsOf({ ...environmentConfig, insiders: network }).length, 1, network);
  }
});

test("a network with host bits is refused with the one that contains it", async () => {
  const [problem = ""] = problemsOf({ ...environmentConfig, insiders: "10.20.30.40/12" });
  assert.match(problem, /without host bits, such as 10\.16\.0\.0\/12/);
});

test("the address block is private, large enough, and does not overlap the on-premises networks", async () => {
  for (const block of ["10.0.0.0/15", "10.0.0.0/21", "203.0.0.0/16", "172.32.0.0/16"]) {
    assert.equal(problemsOf({ ...environmentConfig, addressBlock: block }).length, 1, block);
  }
  assert.match(
    problemsOf({ ...environmentConfig, addressBlock: "172.20.0.0/16" })[0] ?? "",
    /overlaps 172\.20\.0\.0\/16/,
  );
});

test("a private connection to nowhere and capacity below its own minimum are refused", async () => {
  assert.match(
    problemsOf({ ...environmentConfig, onPremisesNetworks: "" })[0] ?? "",
    /directConnectGatewayId/,
  );
  assert.match(
    problemsOf({ ...environmentConfig, instanceCount: "5", instanceLimit: "4" })[0] ?? "",
    /at least/,
  );
});

test("a name that AWS or production owns is refused with key, value and rule", async () => {
  for (const name of [
    "internal",
    "internal-x",
    "sg-x",
    "sthree",
    "amzn-s3-demo-x",
    "admin",
    "production-x",
  ]) {
    const [problem = "", ...others] = problemsOf({ ...environmentConfig, environment: name });
    assert.deepEqual(others, [], name);
    assert.ok(problem.includes("dmm-env:environment") && problem.includes(name), problem);
    assert.match(problem, /first word is not admin, amzn, internal, production, sg or sthree/);
  }
});

test("a class or node type that does not exist is refused with what exists", async () => {
  const problem = (key: string, value: string) => problemsOf({ ...environmentConfig, [key]: value })[0] ?? "";
  assert.match(
    problem("databaseInstanceClass", "db.r6g.32xlarge"),
    /a size that db\.r6g has: large, .*16xlarge/,
  );
  assert.match(problem("databaseInstanceClass", "db.q1.large"), /of one of the families db\.t3, .*db\.x2g/);
  assert.match(problem("cacheNodeType", "cache.r5.8xlarge"), /a size that cache\.r5 has: .*24xlarge/);
  assert.match(problem("cacheNodeType", "r7g.large"), /of one of the families cache\.t3/);
});

test("a host name that is longer than ACM's limit is refused for the zone", async () => {
  const zone = (length: number) => `${"z".repeat(length - 12)}.example.com`;
  const environment = "a".repeat(20);
  assert.deepEqual(problemsOf({ ...environmentConfig, environment, zone: zone(43) }), []);
  const [problem = ""] = problemsOf({ ...environmentConfig, environment, zone: zone(44) });
  assert.match(problem, /dmm-env:zone is z+\.example\.com;.*is 65 characters, and ACM allows 64/);
  assert.match(problemsOf({ ...productionConfig, zone: zone(65) })[0] ?? "", /65 characters/);
});

test("every accepted environment name fits every AWS name", async () => {
  const character = fc.constantFrom(..."abyz059-_.A");
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 24 }), (name) => {
      if ("problem" in environmentName(name)) return;
      assert.match(name, /^[a-z]/);
      assert.ok(`${name}-insiders`.length <= 32);
      assert.ok(!/--|-$/.test(name));
    }),
  );
});

test("hostile text in any key is a problem, never another error", async () => {
  const name = fc.constantFrom(...Object.keys(keys));
  fc.assert(
    fc.property(name, fc.string({ unit: "binary", maxLength: 200 }), (key, value) => {
      problemsOf({ ...environmentConfig, [key]: value });
    }),
  );
});

test("production's own configuration is valid, sets every key that may differ, and contains no secret", async () => {
  const text = readFileSync(join(root, "Pulumi.production.yaml"), "utf8");
  const entries = [...text.matchAll(/^ {2}(dmm-env:\w+): "?([^"\n]+)"?$/gm)].map(([, key, value]) => [
    key,
    value,
  ]);
  const config = parseConfig(Object.fromEntries(entries));
  assert.ok(config.production);
  const optional = [
    ...["expires", "insiders", "insiderAuthority", "revocationList", "directConnectGatewayId"],
    ...["metricsNetworks", "traceEndpoint", "traceNetworks", "traceHeader", "login", "permissionsBoundary"],
  ];
  const expected = Object.keys(keys).filter((key) => !optional.includes(key));
  assert.deepEqual(entries.map(([key]) => key?.replace("dmm-env:", "")).sort(), expected.sort());
  assert.ok(!text.includes("secure:"));
});

test("the documentation has every key with its description and default, and no other", async () => {
  const text = readFileSync(join(root, "docs", "configuration.md"), "utf8");
  const rows = [...text.matchAll(/^\| `dmm-env:(\w+)` +\| (.*?) +\| (.*?) +\|$/gm)].map(
    ([, ...cells]) => cells,
  );
  const expected = Object.entries(keys).map(([name, key]) => {
    const fallback = "default" in key ? (key.default === "" ? "–" : `\`${key.default}\``) : "required";
    return [name, key.description, fallback];
  });
  assert.deepEqual(rows, expected);
});

test("the documentation names the keys that an environment sets itself", async () => {
  const text = readFileSync(join(root, "docs", "configuration.md"), "utf8");
  for (const key of environmentKeys) assert.match(text, new RegExp(`^- \`${key}\``, "m"));
});

const oversized = [
  {
    why: "more tasks than network interfaces",
    config: { gatewayCount: "20" },
    problem:
      "dmm-env:instanceLimit is too low: 9 × 3 tasks on dmm-env:instanceType c7i.xlarge, but a deployment runs 44 at once; it must be at least 15.",
  },
  {
    why: "a gateway that no instance has the processors for",
    config: { gatewayCpu: "8192" },
    problem: "dmm-env:instanceType is c7i.xlarge, which no gateway of 8192 CPU units and 2048 MiB fits into.",
  },
  {
    why: "a gateway that no instance has the memory for",
    config: { gatewayMemory: "8000" },
    problem: "dmm-env:instanceType is c7i.xlarge, which no gateway of 1024 CPU units and 8000 MiB fits into.",
  },
];

for (const { why, config, problem } of oversized)
  test(`${why} is a problem, because its tasks would wait without an error`, async () => {
    assert.deepEqual(problemsOf({ ...environmentConfig, ...config }), [problem]);
    const larger = { instanceType: "c7i.4xlarge", instanceLimit: "20" };
    assert.deepEqual(problemsOf({ ...environmentConfig, ...config, ...larger }), []);
  });

test("networks are not more than a security group has rules", async () => {
  const networks = (count: number) =>
    Array.from({ length: count }, (_, index) => `203.0.${index}.0/24`).join();
  for (const [key, most] of [
    ["insiders", 50],
    ["metricsNetworks", 50],
    ["onPremisesNetworks", 25],
  ] as const) {
    assert.deepEqual(problemsOf({ ...environmentConfig, [key]: networks(most) }), []);
    assert.match(
      problemsOf({ ...environmentConfig, [key]: networks(most + 1) })[0] ?? "",
      new RegExp(`it must be a list of at most ${most}; it has ${most + 1}`),
    );
  }
});

for (const zones of ["euw1-az1", "euw1-az1,euw1-az2,euw1-az2", "eu-west-1a,eu-west-1b,eu-west-1c", "a,b,c,d"])
  test(`the zones ${zones} are a problem`, async () => {
    assert.match(problemsOf({ ...environmentConfig, zones })[0] ?? "", /^dmm-env:zones is .* zone id/);
  });
