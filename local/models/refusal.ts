import { AwsError } from "../operation.ts";
import type { ModeledService } from "./model.ts";
import type { Violation } from "./violations.ts";

/** A service's wording of refusals. */
interface Wording {
  readonly missing: string;
  readonly invalid: string;
  /** Whether every violation is reported at once, with the messages of AWS's own framework. */
  readonly all: boolean;
  /** Code for a member that the model does not know; absent: ignored. */
  readonly unknown?: string;
}

const framework = (code: string): Wording => ({ missing: code, invalid: code, all: true });
const parameters: Wording = { missing: "MissingParameter", invalid: "InvalidParameterValue", all: false };

/**
 * Codes by service: those in its API reference, among an operation's errors or its common errors. Only EC2
 * documents a code for unknown parameters; the other services ignore them.
 */
const wordings: Readonly<Record<Exclude<ModeledService, "s3">, Wording>> = {
  acm: framework("ValidationException"),
  autoscaling: framework("ValidationError"),
  directconnect: framework("DirectConnectClientException"),
  ec2: { ...parameters, unknown: "UnknownParameter" },
  ecs: framework("InvalidParameterException"),
  elasticache: parameters,
  elasticloadbalancing: framework("ValidationError"),
  firehose: framework("ValidationException"),
  fis: framework("ValidationException"),
  iam: framework("ValidationError"),
  kms: framework("ValidationException"),
  logs: framework("InvalidParameterException"),
  monitoring: framework("ValidationError"),
  rds: parameters,
  route53: framework("InvalidInput"),
  sns: framework("ValidationError"),
  ssm: framework("ValidationException"),
  sts: framework("ValidationError"),
  tagging: framework("InvalidParameterException"),
};

/** The service's error for the violations; undefined if it accepts the input. */
export function refusalOf(service: ModeledService, violations: readonly Violation[]): AwsError | undefined {
  if (service === "s3") return refusalOfS3(violations);
  const wording = wordings[service];
  // A value that cannot be parsed is reported before any constraint.
  const unreadable = violations.find(({ kind }) => kind === "type");
  if (unreadable) return explainType(service, wording, unreadable);
  const unknown = violations.find(({ kind }) => kind === "unknown");
  if (unknown && wording.unknown)
    return new AwsError(wording.unknown, `The parameter ${unknown.member} is not recognized`);
  const broken = violations.filter(({ kind }) => kind === "missing" || kind === "constraint");
  const [first] = broken;
  if (!first) return undefined;
  if (wording.all) return new AwsError(wording.invalid, explainAll(broken));
  if (first.kind === "missing")
    return new AwsError(wording.missing, `The request must contain the parameter ${first.member}`);
  return new AwsError(wording.invalid, explainParameter(first));
}

/** S3 has one error for any invalid body, and names headers and parameters. */
function refusalOfS3(violations: readonly Violation[]): AwsError | undefined {
  const broken = violations.filter(({ kind }) => kind !== "unknown");
  if (broken.some(({ inBody }) => inBody))
    return new AwsError(
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
    );
  const [first] = broken;
  return first && new AwsError("InvalidArgument", explainParameter(first));
}

function explainAll(violations: readonly Violation[]): string {
  const texts = violations.map(({ kind, path, value, constraint }) => {
    const shown = kind === "missing" ? "Value null" : value === undefined ? "Value" : `Value '${value}'`;
    return `${shown} at '${path}' failed to satisfy constraint: ${constraint}`;
  });
  const count = texts.length === 1 ? "1 validation error" : `${texts.length} validation errors`;
  return `${count} detected: ${texts.join("; ")}`;
}

function explainParameter({ member, value, constraint }: Violation): string {
  const shown = value === undefined ? "" : ` (${value})`;
  return `Value${shown} for parameter ${member} is invalid. ${constraint}`;
}

const jsonServices: ReadonlySet<ModeledService> = new Set<ModeledService>([
  "acm",
  "directconnect",
  "ecs",
  "firehose",
  "fis",
  "kms",
  "logs",
  "ssm",
  "tagging",
]);

function explainType(service: ModeledService, wording: Wording, violation: Violation): AwsError {
  if (jsonServices.has(service)) return new AwsError("SerializationException", violation.constraint);
  if (wording.all) return new AwsError("MalformedInput", violation.constraint);
  return new AwsError(wording.invalid, explainParameter(violation));
}
