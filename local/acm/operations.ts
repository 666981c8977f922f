import { requiredText } from "../input.ts";
import { AwsError, type Operations } from "../operation.ts";
import { textsOf } from "../values.ts";
import { certificateType, readStatus } from "./certificate.ts";

/** Describes certificates. */
export const acmOperations: Operations = {
  async DescribeCertificate(region, request) {
    const arn = requiredText(request, "CertificateArn");
    const stored = region.resources.get(certificateType, arn);
    if (!stored) throw new AwsError("ResourceNotFoundException", `Could not find certificate ${arn}.`);
    return {
      Certificate: {
        CertificateArn: arn,
        DomainName: stored.inputs.domainName,
        SubjectAlternativeNames: textsOf(stored.inputs, "subjectAlternativeNames"),
        Status: readStatus(region, arn),
        Type: "AMAZON_ISSUED",
        KeyAlgorithm: stored.inputs.keyAlgorithm,
      },
    };
  },
  async ListCertificates(region) {
    const certificates = region.resources.all(certificateType).map(({ id, inputs }) => ({
      CertificateArn: id,
      DomainName: inputs.domainName,
      Status: readStatus(region, id),
    }));
    return { CertificateSummaryList: certificates };
  },
};
