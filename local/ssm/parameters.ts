import { makeArn } from "../arn.ts";
import { decrypt, encrypt, findKey } from "../kms/keys.ts";
import { AwsError } from "../operation.ts";
import { recordsOf } from "../record-store.ts";
import type { Region } from "../region.ts";

/** A parameter as the Parameter Store keeps it; the value of a SecureString only as its ciphertext. */
export interface StoredParameter {
  readonly name: string;
  readonly arn: string;
  readonly type: "String" | "StringList" | "SecureString";
  readonly value: string;
  readonly keyId?: string;
  readonly description?: string;
  readonly version: number;
  /** ISO 8601. */
  readonly modified: string;
}

export interface NewParameter {
  readonly name: string;
  readonly type: StoredParameter["type"];
  readonly value: string;
  readonly keyId?: string;
  readonly description?: string;
}

/** Stored apart from the program's resource: the API changes parameters too. */
const parameters = recordsOf<StoredParameter>("local:ssm/parameter");
/** Standard tier. */
const longestValue = 4096;

/** SSM binds each ciphertext to its parameter ("How Parameter Store uses KMS"). */
function contextOf(arn: string): Record<string, string> {
  return { PARAMETER_ARN: arn };
}

export function parameterArn(region: Region, name: string): string {
  return makeArn(region, "ssm", `parameter${name.startsWith("/") ? "" : "/"}${name}`);
}

/** @throws AwsError ValidationException, ParameterAlreadyExists, and KMS's errors for the key */
export function writeParameter(
  region: Region,
  parameter: NewParameter,
  options: { readonly overwrite: boolean },
): StoredParameter {
  const { name, type, value } = parameter;
  validateParameter(parameter);
  const before = readParameter(region, name);
  if (before && !options.overwrite) {
    throw new AwsError(
      "ParameterAlreadyExists",
      "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    );
  }
  const arn = parameterArn(region, name);
  const key = type === "SecureString" ? findKey(region, parameter.keyId ?? "alias/aws/ssm") : undefined;
  const stored: StoredParameter = {
    name,
    arn,
    type,
    value: key ? encrypt(region, key, Buffer.from(value), contextOf(arn)).toString("base64") : value,
    version: (before?.version ?? 0) + 1,
    modified: new Date().toISOString(),
    ...(key ? { keyId: parameter.keyId ?? "alias/aws/ssm" } : {}),
    ...(parameter.description === undefined ? {} : { description: parameter.description }),
  };
  parameters.put(region, name, stored);
  return stored;
}

function validateParameter({ name, type, value }: NewParameter): void {
  if (!/^[a-zA-Z0-9_.\-/]{1,1011}$/.test(name) || /^\/?(aws|ssm)(\/|$)/i.test(name)) {
    throw new AwsError(
      "ValidationException",
      `Parameter name ${name} must hold letters, digits and _.-/ only and not begin with aws or ssm.`,
    );
  }
  if (!["String", "StringList", "SecureString"].includes(type)) {
    throw new AwsError("UnsupportedParameterType", `The parameter type ${type} is not supported.`);
  }
  const size = Buffer.byteLength(value);
  if (size < 1 || size > longestValue) {
    throw new AwsError(
      "ValidationException",
      `The value of ${name} has ${size} bytes; it must be 1 to ${longestValue}.`,
    );
  }
}

export function readParameter(region: Region, name: string): StoredParameter | undefined {
  return parameters.get(region, name);
}

export function listParameters(region: Region): readonly StoredParameter[] {
  return parameters.all(region);
}

export function removeParameter(region: Region, name: string): void {
  parameters.remove(region, name);
}

/** The value in clear text. @throws AwsError KMS's errors: a disabled key decrypts nothing */
export function openParameter(region: Region, { arn, type, value }: StoredParameter): string {
  if (type !== "SecureString") return value;
  return decrypt(region, Buffer.from(value, "base64"), contextOf(arn)).toString("utf8");
}
