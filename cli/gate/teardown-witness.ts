import { join } from "node:path";
import type { RunResult, Target, TeardownSnapshot } from "../../verify/index.ts";
import { createSigner, ensureSigningKey } from "../attestation/signing-key.ts";
import { fileTime } from "../home.ts";
import type { OpenEnvironment } from "../open-environment.ts";
import { type Progress, startWith } from "../report/steps.ts";
import type { Session } from "../session.ts";
import { createTarget } from "../verification/target.ts";

/** Data about a running environment, for the checks after its teardown. */
export interface TeardownWitness {
  readonly name: string;
  readonly snapshot: TeardownSnapshot;
  readonly credentials: Target["aws"]["credentials"];
}

export async function takeWitness(session: Session, open: OpenEnvironment): Promise<TeardownWitness> {
  session.interruption.first.throwIfAborted();
  const { readTeardownSnapshot } = await import("../../verify/index.ts");
  const target = await createTarget(open);
  return { name: open.name, snapshot: readTeardownSnapshot(target), credentials: target.aws.credentials };
}

const proofSteps = startWith<{ readonly session: Session; readonly witness: TeardownWitness }>().step(
  "verify the teardown from outside",
  runTeardownChecks,
  ({ verdict }) => verdict === "passed",
);

/** Runs the suite *teardown* against the former environment. */
export function proveTeardown(session: Session, witness: TeardownWitness): Promise<RunResult> {
  return session.reporter.run(proofSteps, { session, witness });
}

async function runTeardownChecks(
  { session, witness }: { readonly session: Session; readonly witness: TeardownWitness },
  progress: Progress,
): Promise<RunResult> {
  const { verifyTeardown } = await import("../../verify/index.ts");
  const time = fileTime(new Date().toISOString());
  const result = await verifyTeardown(witness.snapshot, {
    credentials: witness.credentials,
    directory: join(session.home.runs, `${witness.name}-${time}-teardown`),
    signer: createSigner(ensureSigningKey(session.home)),
  });
  progress(result.verdict);
  return result;
}
