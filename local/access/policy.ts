import { isRecord } from "../is-record.ts";
/** One statement of an identity policy, single values normalized to lists. */
export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** An access request: an action on a resource, with the condition keys. */
export interface Access {
  /** `ssm:GetParameter` */
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

/** Supported operators; a policy with any other is refused when it is created. */
const operators: Readonly<Record<string, (actual: string, wanted: string) => boolean>> = {
  StringEquals: (actual, wanted) => actual === wanted,
  StringLike: matches,
  ArnEquals: matches,
  ArnLike: matches,
};

/** Condition keys that are present on every request. */
const knownKeys =
  /^(kms:ViaService|kms:EncryptionContext:.+|ecs:cluster|aws:ResourceAccount|aws:SourceAccount|aws:SourceArn|aws:RequestedRegion|sts:ExternalId)$/i;

/** Behind an operator: the condition is also met where the request does not carry the key. */
const ifExists = "IfExists";

/**
 * Parses an identity policy.
 *
 * @throws Error naming the unsupported element: a statement must never be ignored silently
 */
export function parsePolicy(text: string): readonly Statement[] {
  return parseStatements(text).map((statement) => {
    refuseOtherMembers(statement, statementKeys);
    return { ...parseCommonMembers(statement), resources: texts(statement.Resource, "Resource") };
  });
}

/** The statements of a policy document, not parsed yet. @throws Error naming what is wrong with the document */
export function parseStatements(text: string): readonly Record<string, unknown>[] {
  const document = parseJson(text);
  const statements = [document.Statement].flat();
  if (
    document.Version !== undefined &&
    document.Version !== "2012-10-17" &&
    document.Version !== "2008-10-17"
  ) {
    throw new Error(`Version is ${String(document.Version)}; it must be 2012-10-17.`);
  }
  if (statements.length === 0 || statements[0] === undefined) throw new Error("It has no Statement.");
  return statements.map((statement) => {
    if (isRecord(statement)) return statement;
    throw new Error("A Statement is not a JSON object.");
  });
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(text);
    if (isRecord(document)) return document;
  } catch {
    // Reported below, together with JSON that is not an object.
  }
  throw new Error("It is not a JSON object.");
}

const statementKeys = ["Sid", "Effect", "Action", "Resource", "Condition"];

/** @throws Error naming the members that the region does not evaluate */
export function refuseOtherMembers(members: Record<string, unknown>, evaluated: readonly string[]): void {
  const other = Object.keys(members).filter((key) => !evaluated.includes(key));
  if (other.length > 0)
    throw new Error(`The local region does not evaluate ${other.join(", ")} of a statement.`);
}

/** What statements of every kind of policy have. */
export function parseCommonMembers({
  Effect: effect,
  Action,
  Condition = {},
}: Record<string, unknown>): Omit<Statement, "resources"> {
  if (effect !== "Allow" && effect !== "Deny")
    throw new Error(`Effect is ${String(effect)}; it must be Allow or Deny.`);
  return { effect, actions: texts(Action, "Action"), conditions: parseConditions(Condition) };
}

/** A text or a list of texts. @throws Error naming the member that is neither */
export function texts(value: unknown, name: string): readonly string[] {
  const list = [value].flat();
  if (list.length > 0 && list.every((item) => typeof item === "string" && item !== ""))
    return list as string[];
  throw new Error(`${name} must be a text or a list of texts.`);
}

/** @throws Error naming an operator or a key that the region does not evaluate */
function parseConditions(block: unknown): readonly Condition[] {
  return membersOf(block, "Condition").flatMap(([operator, keys]) => {
    if (!Object.hasOwn(operators, plainOperator(operator))) {
      throw new Error(
        `The local region does not evaluate the condition ${operator}; it evaluates ${Object.keys(operators).join(", ")}.`,
      );
    }
    return membersOf(keys, operator).map(([key, value]) => {
      if (!knownKeys.test(key))
        throw new Error(`The local region does not evaluate the condition key ${key}.`);
      return { operator, key, values: texts(value, key) };
    });
  });
}

function membersOf(value: unknown, name: string): [string, unknown][] {
  if (isRecord(value)) return Object.entries(value);
  throw new Error(`${name} must be a JSON object.`);
}

/** Policy evaluation within one account: a Deny wins, then an Allow, else it is denied. */
export function evaluate(statements: readonly Statement[], access: Access): boolean {
  const applying = statements.filter((statement) => applies(statement, access));
  if (applying.some(({ effect }) => effect === "Deny")) return false;
  return applying.some(({ effect }) => effect === "Allow");
}

function applies(statement: Statement, access: Access): boolean {
  return (
    // Actions are case-insensitive.
    statement.actions.some((action) => matches(access.action.toLowerCase(), action.toLowerCase())) &&
    statement.resources.some((resource) => matches(access.resource, resource)) &&
    statement.conditions.every((condition) => holds(condition, access.context ?? {}))
  );
}

function holds({ operator, key, values }: Condition, context: Readonly<Record<string, string>>): boolean {
  const name = Object.keys(context).find((candidate) => candidate.toLowerCase() === key.toLowerCase());
  const actual = name === undefined ? undefined : context[name];
  if (actual === undefined) return operator.endsWith(ifExists);
  const compare = operators[plainOperator(operator)];
  return compare !== undefined && values.some((wanted) => compare(actual, wanted));
}

function plainOperator(operator: string): string {
  return operator.endsWith(ifExists) ? operator.slice(0, -ifExists.length) : operator;
}

/** `*` matches any text, `?` one character. */
function matches(text: string, pattern: string): boolean {
  if (pattern === "*" || pattern === text) return true;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s").test(text);
}
