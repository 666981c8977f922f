import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { digestContent } from "../../image/digest.ts";
import { zoneIdOf } from "../../local/invokes/availability-zones.ts";
import { serveInvoke } from "../../local/invokes/invokes.ts";
import { makePassword } from "../../local/invokes/password.ts";
import { unwrapAll, wrapSecret } from "../../local/pulumi-protocol/markers.ts";
import type { Properties } from "../../local/resource.ts";
import { createMemoryRegion } from "./provider/memory-region.ts";

const region = createMemoryRegion();

function invoke(token: string, args: Properties = {}): Properties {
  const outcome = serveInvoke(region, token, args);
  assert.ok("result" in outcome, JSON.stringify(outcome));
  return outcome.result;
}

test("the functions of the AWS provider", async (t) => {
  t.test("return the region, its zones, the account and the partition", async () => {
    const filters = [{ name: "opt-in-status", values: ["opt-in-not-required"] }];
    const zones = invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {
      state: "available",
      filters,
    });
    assert.deepEqual(zones.names, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    assert.deepEqual(zones.zoneIds, ["euw1-az1", "euw1-az2", "euw1-az3"]);
    const byId = [{ name: "zone-id", values: ["euw1-az2", "euw1-az9"] }];
    const second = invoke("aws:index/getAvailabilityZones:getAvailabilityZones", { filters: byId });
    assert.deepEqual([second.names, second.zoneIds], [["eu-west-1b"], ["euw1-az2"]]);
    const elsewhere = ["us-east-1", "ap-southeast-2", "us-gov-west-1", "eu-central-1"].map((name) =>
      zoneIdOf({ ...region, name }, 0),
    );
    assert.deepEqual(elsewhere, ["use1-az1", "apse2-az1", "usgw1-az1", "euc1-az1"]);
    assert.equal(invoke("aws:index/getRegion:getRegion").region, "eu-west-1");
    assert.equal(invoke("aws:index/getCallerIdentity:getCallerIdentity").accountId, "000000000000");
    assert.equal(invoke("aws:index/getPartition:getPartition").dnsSuffix, "amazonaws.com");
  });

  t.test("return the image of ECS, always the same", async () => {
    const name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id";
    const first = invoke("aws:ssm/getParameter:getParameter", { name });
    assert.match(String(first.value), /^ami-0[0-9a-f]{16}$/);
    assert.deepEqual(invoke("aws:ssm/getParameter:getParameter", { name }), first);
    const release = "al2023-ami-ecs-hvm-2023.0.20251108-kernel-6.1-x86_64";
    const pinned = invoke("aws:ssm/getParameter:getParameter", {
      name: name.replace("recommended", release),
    });
    assert.match(String(pinned.value), /^ami-0[0-9a-f]{16}$/);
    assert.notEqual(pinned.value, first.value);
  });

  t.test("find an image in ECR by its digest, or by its tag with the digest of its content now", async () => {
    const token = "aws:ecr/getImage:getImage";
    const { images } = region;
    const image = invoke(token, { repositoryName: "dmm-env/gateway", imageTag: "1.0.0" });
    assert.equal(image.imageDigest, digestContent(images["dmm-env/gateway"]!.content));
    assert.match(String(image.imageUri), /\/dmm-env\/gateway@sha256:[0-9a-f]{64}$/);
    const { imageDigest } = image;
    assert.deepEqual(invoke(token, { repositoryName: "dmm-env/gateway", imageDigest }).imageTags, []);
    const absent = `sha256:${"0".repeat(64)}`;
    assert.throws(() => invoke(token, { repositoryName: "dmm-env/gateway", imageDigest: absent }), {
      code: "DMM_LOCAL_INVOKE_NOT_FOUND",
      message: /image dmm-env\/gateway@sha256:0{64} .*is not stored on this machine/,
    });
    assert.throws(() => invoke(token, { repositoryName: "somebody/else", imageTag: "1.0.0" }), {
      code: "DMM_LOCAL_INVOKE_NOT_FOUND",
      message: /image somebody\/else:1\.0\.0 .*it has dmm-env\/gateway/,
    });
    assert.throws(() => invoke(token, { repositoryName: "dmm-env/gateway" }), {
      code: "DMM_LOCAL_INVOKE_ARGUMENT",
    });
  });

  t.test("read a parameter of the program, and keep a SecureString secret", async () => {
    const inputs = { name: "/feature-x/secret", type: "SecureString", value: "correct horse" };
    const type = "aws:ssm/parameter:Parameter";
    region.resources.put({
      type,
      id: inputs.name,
      urn: "",
      name: "p",
      inputs,
      outputs: { ...inputs, version: 1 },
    });
    const read = invoke("aws:ssm/getParameter:getParameter", { name: inputs.name });
    assert.deepEqual(read.value, wrapSecret("correct horse"));
    assert.equal(read.insecureValue, "");
    assert.throws(() => invoke("aws:ssm/getParameter:getParameter", { name: "/none" }), {
      code: "DMM_LOCAL_INVOKE_NOT_FOUND",
    });
  });

  t.test("return the same hosted zone for a domain each time", async () => {
    const zone = invoke("aws:route53/getZone:getZone", { name: "api.example.com", privateZone: false });
    assert.match(String(zone.zoneId), /^Z[0-9A-F]{20}$/);
    assert.equal(invoke("aws:route53/getZone:getZone", { name: "api.example.com." }).zoneId, zone.zoneId);
  });

  t.test("refuse unknown arguments by name", async () => {
    assert.throws(() => serveInvoke(region, "aws:ec2/getAmi:getAmi", {}), {
      code: "DMM_LOCAL_INVOKE_UNKNOWN",
    });
    const outcome = serveInvoke(region, "aws:index/getRegion:getRegion", {
      endpoint: "x",
      region: "us-east-1",
    });
    assert.ok("failures" in outcome);
    assert.deepEqual(
      outcome.failures.map(({ property }) => property),
      ["endpoint", "region"],
    );
  });
});

test("a random password", async (t) => {
  t.test("is secret, and different each time", async () => {
    const token = "aws:secretsmanager/getRandomPassword:getRandomPassword";
    const args = { passwordLength: 40, excludePunctuation: true };
    const [one, other] = [invoke(token, args), invoke(token, args)];
    assert.notDeepEqual(one.randomPassword, unwrapAll(one).randomPassword, "it is marked as secret");
    assert.match(String(unwrapAll(one).randomPassword), /^[A-Za-z0-9]{40}$/);
    assert.notDeepEqual(one.randomPassword, other.randomPassword);
  });

  t.test("has the requested length and exactly the requested kinds of characters", async () => {
    const options = fc.record({
      passwordLength: fc.integer({ min: 5, max: 64 }),
      excludeLowercase: fc.boolean(),
      excludeNumbers: fc.boolean(),
      includeSpace: fc.boolean(),
      excludeCharacters: fc.constantFrom("", "abcXYZ019", '"@/\\'),
    });
    fc.assert(
      fc.property(options, (asked) => {
        const password = makePassword(asked);
        assert.equal(password.length, asked.passwordLength);
        assert.equal(/[a-z]/.test(password), !asked.excludeLowercase);
        assert.equal(/[0-9]/.test(password), !asked.excludeNumbers);
        assert.equal(/ /.test(password), asked.includeSpace);
        assert.ok([...asked.excludeCharacters].every((character) => !password.includes(character)));
      }),
    );
  });

  t.test("is refused if no characters are left", async () => {
    assert.throws(() => makePassword({ passwordLength: 0 }), /1 to 4096/);
    const nothing = {
      excludeLowercase: true,
      excludeUppercase: true,
      excludeNumbers: true,
      excludePunctuation: true,
    };
    assert.throws(() => makePassword(nothing), /no character is left/);
  });
});
