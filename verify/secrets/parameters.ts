import type { CheckContext } from "../check.ts";
import { VerifyError } from "../errors.ts";

export interface StoredParameter {
  readonly name: string;
  readonly type: string;
  readonly keyId: string | undefined;
}

/** The environment's own parameters: those beside the verifier's secret. */
export async function listParameters(context: CheckContext): Promise<readonly StoredParameter[]> {
  const { secretParameter } = context.target.outputs.verifier;
  const path = secretParameter.slice(0, secretParameter.lastIndexOf("/") + 1);
  const ssm = await context.aws.ssm();
  const found: StoredParameter[] = [];
  let token: string | undefined;
  do {
    const page = await ssm.describeParameters({
      ParameterFilters: [{ Key: "Name", Option: "BeginsWith", Values: [path] }],
      ...(token === undefined ? {} : { NextToken: token }),
    });
    for (const { Name: name = "", Type: type = "", KeyId: keyId } of page.Parameters ?? [])
      if (name.startsWith(path)) found.push({ name, type, keyId });
    token = page.NextToken;
  } while (token !== undefined && token !== "");
  if (!found.some(({ name }) => name === secretParameter))
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `Parameter Store should have ${secretParameter} but has ${found.length} parameters below ${path}`,
    });
  return found;
}

/** The text of a parameter, decrypted with its key or as stored. Never record it. */
export async function readParameter(
  context: CheckContext,
  name: string,
  options: { readonly opened: boolean },
): Promise<string> {
  const ssm = await context.aws.ssm();
  const response = await ssm.getParameter({ Name: name, WithDecryption: options.opened });
  const value = response.Parameter?.Value;
  if (!value) throw new VerifyError("DMM_VERIFY_NO_CONTROL", { what: `parameter ${name} is empty` });
  return value;
}
