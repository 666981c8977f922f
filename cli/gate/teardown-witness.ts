import { join } from "node:path";
import type { RunResult, Target, TeardownSnapshot } from "../../verify/index.ts";
import { createSigner, ensureSigningKey } from "../attestation/signing-key.ts";
import type { OpenEnvironment } from "../open-environment.ts";
import type { Step } from "../report/reporter.ts";
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

/** Runs the suite *teardown* against the former environment. */
export async function proveTeardown(session: Session, witness: TeardownWitness): Promise<RunResult> {
  const run: { result?: RunResult } = {};
  const step: Step<typeof run> = {
    title: "verify the teardown from outside",
    async run(context, progress) {
      const { verifyTeardown } = await import("../../verify/index.ts");
      const time = new Date().toISOString().replace(/[:.]/g, "-");
      context.result = await verifyTeardown(witness.snapshot, {
        credentials: witness.credentials,
        directory: join(session.home.runs, `${witness.name}-${time}-teardown`),
        signer: createSigner(ensureSigningKey(session.home)),
      });
      progress(context.result.verdict);
      return context.result.verdict === "passed" ? undefined : "failed";
    },
  };
  await session.reporter.run([step], run);
  return run.result!;
}
