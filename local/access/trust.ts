import type { Region } from "../region.ts";
import {
  evaluate,
  parseCommonMembers,
  parseStatements,
  refuseOtherMembers,
  type Statement,
  texts,
} from "./policy.ts";

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

const statementKeys = ["Sid", "Effect", "Principal", "Action", "Condition"];

/** Parses a trust policy. @throws Error naming what is wrong or unsupported */
export function parseTrust(text: string): readonly TrustStatement[] {
  return parseStatements(text).map((statement) => {
    refuseOtherMembers(statement, statementKeys);
    return {
      ...parseCommonMembers(statement),
      resources: ["*"],
      services: parsePrincipal(statement.Principal),
    };
  });
}

/** Only services assume roles in the region. */
function parsePrincipal(principal: unknown): readonly string[] {
  if (principal === undefined) throw new Error("A statement names no Principal.");
  if (typeof principal !== "object" || principal === null || Object.keys(principal).join() !== "Service")
    throw new Error(
      `The local region does not evaluate the Principal ${JSON.stringify(principal)}; it evaluates Service.`,
    );
  return texts((principal as { readonly Service?: unknown }).Service, "Service");
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
