import { createHash } from "node:crypto";
import type { RunningImage } from "../images.ts";
import type { BareResult } from "../result.ts";
import { combineVerdicts } from "../result.ts";
import { stringifyCanonically } from "./canonical.ts";
import { type Envelope, type Signer, signStatement } from "./dsse.ts";
import { levelOf, policyUriOf, type Scope } from "./scope.ts";

export type { Signer };

/** A subject of the attestation, by digest: in-toto matches only digests. */
export interface Subject {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
}

export interface AttestationOptions {
  readonly scope: Scope;
  readonly suites: readonly {
    readonly name: string;
    readonly checks: readonly { readonly claim: string }[];
  }[];
  readonly outputs: unknown;
  readonly subjects?: readonly Subject[];
  readonly signer?: Signer;
}

const statementType = "https://in-toto.io/Statement/v1";
const testResultType = "https://in-toto.io/attestation/test-result/v0.1";
const summaryType = "https://slsa.dev/verification_summary/v1";

/**
 * One test-result per suite and one SLSA verification summary over all of them, each in a signed envelope, one a
 * line. Failures are attested too. Undefined without a signer: an unsigned attestation would be worthless.
 */
export async function attest(
  result: BareResult,
  files: readonly Subject[],
  options: AttestationOptions,
): Promise<string | undefined> {
  const { signer } = options;
  if (signer === undefined) return undefined;
  const subjects = listSubjects(result, options);
  const claims = describeClaims(options);
  const suites = [...Map.groupBy(result.checks, (check) => check.suite)];
  const envelopes: Envelope[] = [];
  const inputs: { uri: string; digest: Record<string, string> }[] = [];
  for (const [suite, checks] of suites) {
    const names = (verdict: string): string[] =>
      checks.filter((check) => check.verdict === verdict).map((check) => check.claim);
    const verdict = combineVerdicts(checks.map((check) => check.verdict));
    const envelope = await signStatement(
      {
        _type: statementType,
        subject: subjects,
        predicateType: testResultType,
        predicate: {
          result: verdict === "passed" ? "PASSED" : verdict === "failed" ? "FAILED" : "WARNED",
          configuration: [
            { name: "claims", digest: { sha256: digestOf(claims) } },
            { name: `profile:${result.profile}` },
          ],
          passedTests: names("passed"),
          warnedTests: names("inconclusive"),
          failedTests: names("failed"),
        },
      },
      signer,
    );
    envelopes.push(envelope);
    inputs.push({
      uri: `urn:dmm-env:run:${result.id}:${suite}`,
      digest: { sha256: digestOf(JSON.stringify(envelope)) },
    });
  }
  envelopes.push(
    await signStatement(
      {
        _type: statementType,
        subject: subjects,
        predicateType: summaryType,
        predicate: summarize(result, { scope: options.scope, files, claims, inputs }),
      },
      signer,
    ),
  );
  return `${envelopes.map((envelope) => JSON.stringify(envelope)).join("\n")}\n`;
}

/** SLSA verification summary 1.2; our own fields have URIs as names, as it requires. */
function summarize(
  result: BareResult,
  {
    scope,
    files,
    claims,
    inputs,
  }: {
    readonly scope: Scope;
    readonly files: readonly Subject[];
    readonly claims: string;
    readonly inputs: readonly object[];
  },
): object {
  return {
    verifier: { id: "urn:dmm-env:verify" },
    timeVerified: result.finishedAt,
    resourceUri: `urn:dmm-env:environment:${result.environment}`,
    policy: { uri: policyUriOf(scope), digest: { sha256: digestOf(claims) } },
    inputAttestations: inputs,
    verificationResult: result.verdict === "passed" ? "PASSED" : "FAILED",
    verifiedLevels: [levelOf(scope, result)],
    slsaVersion: "1.2",
    "urn:dmm-env:evidence": files,
    "urn:dmm-env:not-run": result.notRun,
    "urn:dmm-env:target": result.target,
    "urn:dmm-env:images": result.images,
    "urn:dmm-env:differences": result.differences,
  };
}

function listSubjects(result: BareResult, options: AttestationOptions): readonly Subject[] {
  const outputs = digestOf(stringifyCanonically(options.outputs));
  return [
    { name: `environment:${result.environment}`, digest: { sha256: outputs } },
    ...listImages(result.images),
    ...(options.subjects ?? []),
  ];
}

/**
 * Images by reference and digest. One with an unknown digest is not a subject, because nothing could ever match
 * it; the summary lists it. Names of subjects are unique: a reference with two digests is completed with them.
 */
function listImages(images: readonly RunningImage[]): readonly Subject[] {
  return images.flatMap(({ image, digest }) => {
    const sha256 = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
    if (sha256 === undefined) return [];
    const isMoved = images.some((other) => other.image === image && other.digest !== digest);
    return [{ name: isMoved ? `${image}@${digest}` : image, digest: { sha256 } }];
  });
}

/** The claims that were to be proven, as text with one digest: a run with fewer of them is another policy. */
function describeClaims(options: AttestationOptions): string {
  return options.suites
    .flatMap((suite) => suite.checks.map((check) => `${suite.name}: ${check.claim}\n`))
    .join("");
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
