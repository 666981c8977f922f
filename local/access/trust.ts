import type { Region } from "../region.ts";
import { evaluate, parseConditions, type Statement } from "./policy.ts";

/** One statement of a trust policy: who may assume the role, and under which conditions. */
interface TrustStatement extends Statement {
  /** `firehose.amazonaws.com` and the like. */
  readonly services: readonly string[];
}

/** A service that assumes roles, and the condition keys that AWS documents of its request. */
const sentKeys: Readonly<Record<string, readonly string[]>> = {
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
  "ecs-tasks.amazonaws.com": ["aws:SourceAccount", "aws:SourceArn"],
  // https://docs.aws.amazon.com/fis/latest/userguide/getting-started-iam-service-role.html
  "fis.amazonaws.com": ["aws:SourceAccount", "aws:SourceArn"],
  // Documented without any key: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
  "firehose.amazonaws.com": [],
  "ec2.amazonaws.com": [],
};

export type TrustedService = "ecs-tasks.amazonaws.com" | "fis.amazonaws.com" | "firehose.amazonaws.com";

/** Parses a trust policy. @throws Error naming what is wrong or unsupported */
export function parseTrust(text: string): readonly TrustStatement[] {
  const { Statement } = JSON.parse(text) as { readonly Statement?: Written | readonly Written[] };
  const statements = [Statement ?? []].flat();
  if (statements.length === 0) throw new Error("It has no Statement.");
  return statements.map(parseStatement);
}

/** A statement as IAM writes it. */
interface Written {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

function parseStatement({ Effect, Action, Principal, Condition }: Written): TrustStatement {
  if (Principal === undefined) throw new Error("A statement names no Principal.");
  const { Service } = (typeof Principal === "object" ? Principal : {}) as { readonly Service?: unknown };
  return {
    effect: Effect === "Deny" ? "Deny" : "Allow",
    actions: textsOf(Action),
    resources: ["*"],
    conditions: parseConditions((Condition ?? {}) as Record<string, Record<string, unknown>>),
    services: textsOf(Service),
  };
}

/** A text, a list of texts, or nothing. */
function textsOf(value: unknown): readonly string[] {
  return (value === undefined ? [] : [value].flat()).map(String);
}

/**
 * Whether the service can assume the role on behalf of this account. A condition on a key that AWS does not document for the
 * service is not met, unless its operator ends in `IfExists`.
 */
export function canAssume(
  region: Region,
  roleArn: string,
  { service, sourceArn = "" }: { readonly service: TrustedService; readonly sourceArn?: string },
): boolean {
  const role = region.resources.find("aws:iam/role:Role", ({ outputs }) => outputs.arn === roleArn);
  if (!role) return false;
  const all: Readonly<Record<string, string>> = {
    "aws:SourceAccount": region.accountId,
    "aws:SourceArn": sourceArn,
  };
  const context = Object.fromEntries((sentKeys[service] ?? []).map((key) => [key, all[key] ?? ""]));
  const statements = parseTrust(String(role.inputs.assumeRolePolicy)).filter(({ services }) =>
    services.includes(service),
  );
  return evaluate(statements, { action: "sts:AssumeRole", resource: roleArn, context });
}
