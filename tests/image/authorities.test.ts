import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { parse } from "yaml";
import { authoritiesFile, selectAuthorities } from "../../image/authorities.ts";
import { readDeclaration } from "../../image/declaration.ts";
import { root } from "./assembled-image.ts";

const text = readFileSync(join(root, authoritiesFile), "utf8");
const authorities = text
  .split(/(?<=-----END CERTIFICATE-----\n)/)
  .filter((pem) => pem !== "")
  .map((pem) => new X509Certificate(pem));

test("the image's authorities are those of the package, at the hash that was reviewed", async () => {
  assert.equal(text, selectAuthorities());
  const hash = createHash("sha256").update(text).digest("hex");
  assert.equal(hash, "111f9b4e2c7fcfef28480de1577414f6b9cc3659358d6c152afcbf7b5e91d4e4");
});

test("each of them is an authority of RDS that signs itself and is valid for years", async () => {
  assert.ok(authorities.length > 60);
  for (const authority of authorities) {
    assert.ok(authority.ca && authority.verify(authority.publicKey), authority.subject);
    assert.match(authority.subject, /^O=Amazon Web Services/m);
    assert.match(authority.subject, /^CN=Amazon RDS [a-z]+-[a-z]+-\d Root CA (RSA2048|RSA4096|ECC384) G1$/m);
    assert.ok(authority.validToDate > new Date("2060-01-01"), authority.validTo);
  }
});

test("production's Region has its three authorities in the image", async () => {
  const production = readFileSync(join(root, "Pulumi.production.yaml"), "utf8");
  const region = parse(production).config["aws:region"];
  const own = authorities.filter(({ subject }) => subject.includes(`CN=Amazon RDS ${region} Root CA`));
  assert.equal(own.length, 3);
});

test("every process of the image trusts them", async () => {
  const { environment, workingDirectory } = readDeclaration(root);
  assert.equal(workingDirectory, "/app");
  assert.deepEqual(environment, {
    NODE_ENV: "production",
    NODE_COMPILE_CACHE: "/app/compile-cache",
    NODE_EXTRA_CA_CERTS: `/app/${authoritiesFile}`,
  });
});
