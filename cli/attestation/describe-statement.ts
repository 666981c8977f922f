import { createHash } from "node:crypto";
import type { Envelope } from "../../verify/evidence/dsse.ts";

/** The content of one signed statement. */
export interface Description {
  /** `test result`, `verification summary`, `teardown`, or the predicate type of another. */
  readonly kind: string;
  readonly result: string;
  /** The verdict of a run's summary or a teardown; null for other statements. */
  readonly passed: boolean | null;
  readonly details: readonly string[];
  readonly subjects: readonly unknown[];
}

interface Statement {
  readonly predicateType?: string;
  readonly subject?: readonly unknown[];
  readonly predicate?: Readonly<Record<string, unknown>>;
}

/** Reads the statements of one file's envelopes. Their signatures are not verified. */
export function describeStatements(envelopes: readonly Envelope[]): readonly Description[] {
  const statements = envelopes.map(readStatement);
  const suites = nameSuites(statements);
  return statements.map((statement, index) => {
    const digest = createHash("sha256").update(JSON.stringify(envelopes[index])).digest("hex");
    return describe(statement, suites.get(digest));
  });
}

function describe(
  { predicateType = "", subject = [], predicate = {} }: Statement,
  suite?: string,
): Description {
  const rest = { subjects: subject };
  if (predicateType === "https://in-toto.io/attestation/test-result/v0.1") {
    const count = (key: string) => (predicate[key] as unknown[] | undefined)?.length ?? 0;
    const counts = `${count("passedTests")} passed, ${count("warnedTests")} inconclusive, ${count("failedTests")} failed`;
    const details = [...(suite === undefined ? [] : [`suite ${suite}`]), counts];
    return { kind: "test result", result: String(predicate.result), passed: null, details, ...rest };
  }
  if (predicateType === "https://slsa.dev/verification_summary/v1") {
    const result = String(predicate.verificationResult);
    const levels = (predicate.verifiedLevels as string[] | undefined) ?? [];
    const details = [...levels, String(predicate.resourceUri), String(predicate.timeVerified)];
    return { kind: "verification summary", result, passed: result === "PASSED", details, ...rest };
  }
  if (predicateType.endsWith("/attestation/teardown/v1")) {
    const result = String(predicate.verdict);
    const details = [`environment ${predicate.environment}`, String(predicate.finishedAt)];
    return { kind: "teardown", result, passed: result === "nothing is left", details, ...rest };
  }
  return { kind: predicateType, result: "not known", passed: null, details: [], ...rest };
}

function readStatement({ payload }: Envelope): Statement {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, "base64").toString("utf8"));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** A test result names no suite; the summary does, by the digest of its envelope. */
function nameSuites(statements: readonly Statement[]): ReadonlyMap<string, string> {
  const inputs = statements.flatMap(
    ({ predicate }) =>
      (predicate?.inputAttestations as { uri: string; digest: { sha256: string } }[] | undefined) ?? [],
  );
  return new Map(inputs.map(({ uri, digest }) => [digest.sha256, uri.split(":").at(-1) ?? ""]));
}
