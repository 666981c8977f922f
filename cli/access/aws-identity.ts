import { OperatorError } from "../errors.ts";
import { accessAws } from "./aws-access.ts";

/** The caller's identity according to AWS. */
export interface AwsIdentity {
  /** Twelve digits. */
  readonly account: string;
  readonly arn: string;
}

/**
 * Asks STS for the identity of the default AWS credentials, before anything else happens on that target. Throws
 * DMM_AWS_CREDENTIALS if there are none or AWS refuses them, DMM_ACCOUNT_MISMATCH if an environment is in another
 * account.
 */
export async function requireAwsIdentity(
  region: string,
  environment?: { readonly name: string; readonly account?: string },
): Promise<AwsIdentity> {
  const identity = await readIdentity(region);
  const expected = environment?.account;
  if (expected !== undefined && expected !== identity.account) {
    throw new OperatorError("DMM_ACCOUNT_MISMATCH", {
      name: environment?.name ?? "",
      expected,
      actual: identity.account,
      arn: identity.arn,
    });
  }
  return identity;
}

async function readIdentity(region: string): Promise<AwsIdentity> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const sts = new STSClient(accessAws(region));
  try {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: String(Account), arn: String(Arn) };
  } catch (cause) {
    const { name, message } = cause as Error;
    throw new OperatorError(
      "DMM_AWS_CREDENTIALS",
      { problem: `${name}: ${message.split("\n")[0]}`, region },
      cause,
    );
  } finally {
    sts.destroy();
  }
}
