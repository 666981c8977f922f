import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "tap";
import { issueAcmCertificate } from "../../../local/acm/certificate.ts";
import type { Properties } from "../../../local/resource.ts";
import { openEndpoint } from "../endpoint/started-endpoint.ts";

test("a certificate is issued once DNS has the records that ACM requires", async () => {
  await using started = await openEndpoint();
  const certificate = await started.create("aws:acm/certificate:Certificate", "c", {
    domainName: "x.platform.example",
    subjectAlternativeNames: ["*.x.platform.example"],
    validationMethod: "DNS",
  });
  const validate = () =>
    started.create("aws:acm/certificateValidation:CertificateValidation", "v", {
      certificateArn: certificate.id,
    });
  await assert.rejects(issueAcmCertificate(started.region, certificate.id), {
    code: "UnsupportedCertificate",
  });
  await assert.rejects(validate(), { message: /has no CNAME _/ });
  const [option] = certificate.outputs.domainValidationOptions as readonly Properties[];
  await started.create("aws:route53/record:Record", "r", {
    zoneId: "Z1",
    name: String(option?.resourceRecordName),
    type: "CNAME",
    records: [String(option?.resourceRecordValue)],
    ttl: 60,
  });
  await validate();
  const files = await issueAcmCertificate(started.region, certificate.id);
  const issued = new X509Certificate(readFileSync(files.certificateFile));
  assert.equal(issued.subjectAltName, "DNS:x.platform.example, DNS:*.x.platform.example");
  assert.ok(issued.checkIssued(new X509Certificate(readFileSync(started.region.authorityFile))));
});
