import { digestContent } from "../../tools/image/digest.ts";
import type { Grants, Insider, Target } from "../../verify/index.ts";
import { withAccessLock } from "../access/access-lock.ts";
import { readAuthority } from "../access/authority.ts";
import { issueGrant, isValid, parseGrantName, readGrant } from "../access/grants.ts";
import { revokeGrants } from "../access/revoke.ts";
import type { OpenEnvironment } from "../environment/open-environment.ts";
import { operatorGrant } from "../making/claim.ts";
import { readClient } from "../making/prove-serving.ts";
import { imageContent } from "../region/local-images.ts";

/** On the local target every address of 127.0.0.0/8 is ours; this one is in no insiders' network. */
const foreignAddress = "127.250.0.1";

/** Everything that the verification knows about an environment: addresses, names and credentials. */
export async function createTarget(open: OpenEnvironment): Promise<Target> {
  const { name, record, folder, entrance, outputs, aws } = open;
  return {
    kind: record.target,
    environment: name,
    entrance: {
      url: entrance.url,
      connect: entrance.connect,
      ...(entrance.plainPort !== undefined && { plainPort: entrance.plainPort }),
      ...(entrance.authority && { authority: entrance.authority }),
    },
    insider: { name: operatorGrant, ...readClient(folder.access, operatorGrant) },
    grants: createGrants(open),
    outputs,
    aws: {
      region: aws.region,
      ...(aws.endpoint && { endpoint: aws.endpoint }),
      credentials: aws.credentials ?? (await readAwsCredentials(aws.region)),
    },
    ...(record.target === "local" && { foreignAddress, imageDigest: digestContent(imageContent) }),
  };
}

/** The operator's own acts, handed to the checks that need an insider of their own. */
function createGrants({ name, folder, aws, outputs }: OpenEnvironment): Grants {
  const publishAt = outputs.access ? { aws, trustStore: outputs.access } : undefined;
  const revoke = async (grant: string) => {
    const earlier = readGrant(folder.access, grant);
    if (earlier !== undefined) await revokeGrants(folder.access, [earlier], publishAt);
  };
  return {
    issue: ({ name: insider, lifetimeSeconds }) =>
      withAccessLock(folder, name, async (): Promise<Insider> => {
        const grant = parseGrantName(insider);
        const earlier = readGrant(folder.access, grant);
        // A run that was interrupted may have left one.
        if (earlier !== undefined && isValid(earlier)) await revoke(grant);
        const authority = await readAuthority(folder.access);
        await issueGrant(folder.access, authority, { environment: name, name: grant, lifetimeSeconds });
        return { name: grant, ...readClient(folder.access, grant) };
      }),
    revoke: (grant) => withAccessLock(folder, name, () => revoke(grant)),
  };
}

/** AWS's own chain: environment, profile, role. */
async function readAwsCredentials(region: string): Promise<Target["aws"]["credentials"]> {
  const { STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient({ region });
  try {
    return await client.config.credentials();
  } finally {
    client.destroy();
  }
}
