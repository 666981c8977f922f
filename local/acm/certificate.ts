import { createHash, randomUUID, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { makeArn } from "../arn.ts";
import { AwsError } from "../operation.ts";
import { recorded } from "../record-only-handler.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { recordType } from "../route53/record.ts";
import { textsOf } from "../values.ts";

export const certificateType = "aws:acm/certificate:Certificate";
export const certificateValidationType = "aws:acm/certificateValidation:CertificateValidation";

/** Every name on a certificate, the primary one first. */
function namesOf(inputs: Properties): readonly string[] {
  return [...new Set([String(inputs.domainName), ...textsOf(inputs, "subjectAlternativeNames")])];
}

/** The CNAME that proves control of the domain to ACM; the same for a name and its wildcard. */
function validationOption(region: Region, name: string): Properties {
  const domain = name.replace(/^\*\./, "");
  const digest = (salt: string) =>
    createHash("sha256").update(`${region.accountId}/${domain}/${salt}`).digest("hex").slice(0, 32);
  return {
    domainName: name,
    resourceRecordName: `_${digest("name")}.${domain}.`,
    resourceRecordType: "CNAME",
    resourceRecordValue: `_${digest("value")}.acm-validations.aws.`,
  };
}

/**
 * The files of an ACM certificate, signed by the region's authority, for a component that terminates TLS.
 *
 * @throws AwsError if the certificate does not exist or its validation is not complete
 */
export async function issueAcmCertificate(region: Region, arn: string) {
  const certificate = region.resources.get(certificateType, arn);
  if (!certificate) throw new AwsError("CertificateNotFound", `Certificate ${arn} not found.`);
  if (readStatus(region, arn) !== "ISSUED") {
    throw new AwsError(
      "UnsupportedCertificate",
      `The certificate ${arn} must have a fully-qualified domain name, a supported signature, and be issued.`,
    );
  }
  return await region.certificates.issue({
    name: `acm-${arn.slice(arn.lastIndexOf("/") + 1)}`,
    dnsNames: namesOf(certificate.inputs),
  });
}

/**
 * ACM issues a certificate once each name's CNAME exists. The status is evaluated at each call, from the current
 * DNS records.
 */
export function readStatus(region: Region, arn: string): "ISSUED" | "PENDING_VALIDATION" {
  const certificate = region.resources.get(certificateType, arn);
  if (certificate?.outputs.status === "ISSUED") return "ISSUED";
  const missing = certificate ? missingRecords(region, certificate.inputs) : ["everything"];
  return missing.length === 0 ? "ISSUED" : "PENDING_VALIDATION";
}

export function missingRecords(region: Region, inputs: Properties): readonly string[] {
  const records = region.resources.all(recordType);
  return namesOf(inputs)
    .map((name) => validationOption(region, name))
    .filter((option) => !records.some((record) => isRecordOf(record.inputs, option)))
    .map((option) => String(option.resourceRecordName));
}

function isRecordOf(inputs: Properties, option: Properties): boolean {
  const plain = (name: unknown) => String(name).replace(/\.$/, "");
  return (
    plain(inputs.name) === plain(option.resourceRecordName) &&
    textsOf(inputs, "records").some((value) => plain(value) === plain(option.resourceRecordValue))
  );
}

const recordedCertificate = recorded(certificateType, {
  inputs: ["domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm", "tags"],
  replaceOn: ["domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm"],
  computed: [
    "arn",
    "domainValidationOptions",
    "notAfter",
    "notBefore",
    "pendingRenewal",
    "renewalEligibility",
    "status",
    "type",
    "validationEmails",
  ],
  defaults: () => ({ keyAlgorithm: "EC_prime256v1" }),
  validate({ validationMethod, keyAlgorithm }) {
    return [
      ...(validationMethod === undefined || validationMethod === "DNS"
        ? []
        : [
            {
              property: "validationMethod",
              reason: `it is ${String(validationMethod)}; only DNS is supported.`,
            },
          ]),
      ...(keyAlgorithm === "EC_prime256v1"
        ? []
        : [
            {
              property: "keyAlgorithm",
              reason: `it is ${String(keyAlgorithm)}; only EC_prime256v1 is supported.`,
            },
          ]),
    ];
  },
  id: (region) => makeArn(region, "acm", `certificate/${randomUUID()}`),
  outputs: (region, { id, inputs }) => ({
    arn: id,
    domainValidationOptions: namesOf(inputs).map((name) => validationOption(region, name)),
    notAfter: "",
    notBefore: "",
    pendingRenewal: false,
    renewalEligibility: "INELIGIBLE",
    status: "PENDING_VALIDATION",
    type: "AMAZON_ISSUED",
    validationEmails: [],
  }),
});

export const certificate: ResourceHandler = {
  ...recordedCertificate,
  async read(region, { id }) {
    const status = readStatus(region, id);
    return status === "ISSUED" ? { status, ...(await readDates(region, id)) } : { status };
  },
};

async function readDates(region: Region, arn: string): Promise<Properties> {
  const { certificateFile } = await issueAcmCertificate(region, arn);
  const { validToDate, validFromDate } = new X509Certificate(readFileSync(certificateFile));
  return { notAfter: validToDate.toISOString(), notBefore: validFromDate.toISOString() };
}

/** Resolves when the certificate is issued, which requires its DNS records. */
export const certificateValidation: ResourceHandler = {
  type: certificateValidationType,
  inputs: ["certificateArn", "validationRecordFqdns"],
  replaceOn: ["certificateArn", "validationRecordFqdns"],
  computed: [],
  async create(region, { inputs }) {
    const arn = String(inputs.certificateArn);
    const stored = region.resources.get(certificateType, arn);
    if (!stored) throw new AwsError("ResourceNotFoundException", `Could not find certificate ${arn}.`);
    const missing = missingRecords(region, stored.inputs);
    if (missing.length > 0) {
      // AWS waits 75 minutes for someone to create the records; here only the program can.
      throw new AwsError(
        "TimedOut",
        `The certificate is not issued: DNS has no CNAME ${missing.join(", ")} with the value that ACM asks for.`,
      );
    }
    region.resources.patch(certificateType, arn, { ...stored.outputs, status: "ISSUED" });
    await issueAcmCertificate(region, arn);
    return { id: new Date().toISOString(), outputs: { ...inputs } };
  },
};
