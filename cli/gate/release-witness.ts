import { join } from "node:path";
import type { ReleaseSnapshot, RunResult, Target } from "../../verify/index.ts";
import type { OpenEnvironment } from "../open-environment.ts";
import type { Step } from "../report/reporter.ts";
import type { Session } from "../session.ts";
import { createSigner } from "../verification/signer.ts";
import { createTarget } from "../verification/target.ts";

/** What is noted of an environment while it is up, to look for after it is gone. */
export interface ReleaseWitness {
  readonly name: string;
  readonly snapshot: ReleaseSnapshot;
  readonly credentials: Target["aws"]["credentials"];
}

export async function takeWitness(session: Session, open: OpenEnvironment): Promise<ReleaseWitness> {
  session.interruption.first.throwIfAborted();
  const { readReleaseSnapshot } = await import("../../verify/index.ts");
  const target = await createTarget(open);
  return { name: open.name, snapshot: readReleaseSnapshot(target), credentials: target.aws.credentials };
}

/** Runs the suite *teardown* against where the environment was. */
export async function proveRelease(session: Session, witness: ReleaseWitness): Promise<RunResult> {
  const run: { result?: RunResult } = {};
  const step: Step<typeof run> = {
    title: "verify the teardown from outside",
    async run(context, progress) {
      const { verifyRelease } = await import("../../verify/index.ts");
      const time = new Date().toISOString().replace(/[:.]/g, "-");
      context.result = await verifyRelease(witness.snapshot, {
        credentials: witness.credentials,
        directory: join(session.home.runs, `${witness.name}-${time}-release`),
        signer: createSigner(session),
      });
      progress(context.result.verdict);
      return context.result.verdict === "passed" ? undefined : "failed";
    },
  };
  await session.reporter.run([step], run);
  return run.result!;
}
