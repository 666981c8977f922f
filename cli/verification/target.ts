import { digestContent } from "../../image/digest.ts";
import type { Grants, Target } from "../../verify/index.ts";
import { accessAws } from "../access/aws-access.ts";
import { readClient } from "../access/client-identity.ts";
import { operatorGrant } from "../access/operator-grant-name.ts";
import type { OpenEnvironment } from "../open-environment.ts";
import { listDifferences } from "../provisioning/list-differences.ts";
import { imageContent } from "../region/local-images.ts";
import { createCheckGrants } from "./check-grants.ts";

/** On the local target every address of 127.0.0.0/8 is ours; this one is in no insiders' network. */
const foreignAddress = "127.250.0.1";

/** Everything that the verification knows about an environment: addresses, names and credentials. */
export async function createTarget(
  open: OpenEnvironment,
  grants: Grants = createCheckGrants(open),
): Promise<Target> {
  const { name, record, folder, ingress, outputs, aws } = open;
  return {
    kind: record.target,
    environment: name,
    ingress: {
      url: ingress.url,
      connect: ingress.connect,
      ...(ingress.plainPort !== undefined && { plainPort: ingress.plainPort }),
      ...(ingress.authority && { authority: ingress.authority }),
    },
    insider: { name: operatorGrant, ...readClient(folder.access, operatorGrant) },
    grants,
    outputs,
    differences: listDifferences(open),
    aws: {
      region: aws.region,
      ...(aws.endpoint && { endpoint: aws.endpoint }),
      credentials: aws.credentials ?? (await readAwsCredentials(aws.region)),
    },
    ...(record.target === "local" && { foreignAddress, imageDigest: digestContent(imageContent) }),
  };
}

/** AWS's own chain: environment, profile, role. */
async function readAwsCredentials(region: string): Promise<Target["aws"]["credentials"]> {
  const { STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient(accessAws(region));
  try {
    return await client.config.credentials();
  } finally {
    client.destroy();
  }
}
