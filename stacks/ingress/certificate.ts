import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment.ts";

/** Host names of the ingress by role. */
export interface Hosts {
  readonly api: string;
  readonly admin: string;
}

/**
 * A certificate for all host names of the ingress, validated through the zone; yields its ARN once it is issued.
 */
export function createCertificate(
  parent: pulumi.Resource,
  deployment: Deployment,
  { zoneId, hosts }: { readonly zoneId: pulumi.Input<string>; readonly hosts: Hosts },
): pulumi.Output<string> {
  const certificate = new aws.acm.Certificate(
    "ingress",
    {
      domainName: hosts.api,
      subjectAlternativeNames: [hosts.admin],
      validationMethod: "DNS",
      keyAlgorithm: "EC_prime256v1",
      tags: deployment.names.tags("ingress"),
    },
    { parent },
  );
  const records = Object.entries(hosts).map(([role, host]) =>
    proveHost(parent, { certificate, zoneId, role, host }),
  );
  const validation = new aws.acm.CertificateValidation(
    "ingress",
    { certificateArn: certificate.arn, validationRecordFqdns: records.map((record) => record.fqdn) },
    { parent },
  );
  return validation.certificateArn;
}

interface ProofArgs {
  readonly certificate: aws.acm.Certificate;
  readonly zoneId: pulumi.Input<string>;
  readonly role: string;
  readonly host: string;
}

function proveHost(
  parent: pulumi.Resource,
  { certificate, zoneId, role, host }: ProofArgs,
): aws.route53.Record {
  const proof = certificate.domainValidationOptions.apply((options) => {
    const found = options.find((option) => option.domainName === host);
    if (found === undefined) throw new pulumi.RunError(`ACM offers no validation record for ${host}.`);
    return found;
  });
  return new aws.route53.Record(
    `prove-${role}`,
    {
      zoneId,
      name: proof.resourceRecordName,
      type: proof.resourceRecordType,
      records: [proof.resourceRecordValue],
      ttl: 60,
      // The same account gets the same record for the same name, so a leftover one is equivalent.
      allowOverwrite: true,
    },
    { parent },
  );
}
