import { join } from "node:path";
import type { ProfileName, RunResult, VerifyEvent } from "../../verify/index.ts";
import { requireOperatorAccess } from "../access/operator-access.ts";
import { createSigner, ensureSigningKey } from "../attestation/signing-key.ts";
import { fileTime } from "../home.ts";
import type { OpenEnvironment } from "../open-environment.ts";
import { type Progress, startWith } from "../report/steps.ts";
import type { Session } from "../session.ts";
import { type CheckGrants, createCheckGrants } from "./check-grants.ts";
import { createTarget } from "./target.ts";

/** The operator's request to `verify`. */
export interface VerifyRequest {
  readonly suites?: readonly string[];
  readonly only?: readonly string[];
  readonly profile: ProfileName;
}

/** A verification of an environment that is up. */
export interface VerifyRun {
  readonly session: Session;
  readonly request: VerifyRequest;
  readonly open: OpenEnvironment;
}

/** What `verify` does. */
export const verifySteps = startWith<VerifyRun>().step("run checks", runChecks, hasPassed);

function hasPassed({ verdict }: RunResult): boolean {
  return verdict === "passed";
}

async function runChecks({ session, request, open }: VerifyRun, progress: Progress): Promise<RunResult> {
  requireOperatorAccess(open);
  const { verify } = await import("../../verify/index.ts");
  const started = fileTime(new Date().toISOString());
  const grants = createCheckGrants(open);
  try {
    const result = await verify(await createTarget(open, grants), {
      ...request,
      directory: join(session.home.runs, `${open.name}-${started}`),
      signal: session.interruption.first,
      signer: createSigner(ensureSigningKey(session.home)),
      onEvent: reportEvents(progress),
    });
    const { passed, failed, inconclusive } = result.totals;
    progress(`${passed} passed, ${failed} failed, ${inconclusive} inconclusive`);
    return result;
  } finally {
    await revokeRest(session, grants);
  }
}

/** Grants of checks end with the run; if the region is gone, they expire within minutes. */
async function revokeRest({ reporter }: Session, grants: CheckGrants): Promise<void> {
  await grants.revokeRest().catch((error: Error) => {
    reporter.note(`Grants of checks could not be revoked (${error.message}); they expire automatically.`);
  });
}

function reportEvents(progress: Progress): (event: VerifyEvent) => void {
  let total = 0;
  let finished = 0;
  return (event) => {
    if (event.event === "run-started")
      total = event.suites.reduce((sum, { claims }) => sum + claims.length, 0);
    if (event.event === "check-finished") finished += 1;
    if (event.event === "check-started" || event.event === "check-finished") {
      progress(`${finished} of ${total} checks, ${event.suite}: ${event.claim}`);
    }
  };
}
