import type { World } from "./check.ts";
import { createAwsClients } from "./client/aws.ts";
import { createIngress } from "./client/ingress.ts";
import { createTokens } from "./client/tokens.ts";
import { requireCurrentImage } from "./current-image.ts";
import { happened, type VerifyEvent } from "./events.ts";
import type { Signer, Subject } from "./evidence/attestation.ts";
import { createSecrets } from "./evidence/secrets.ts";
import { addAppeared, readRunningImages } from "./images.ts";
import { type ProfileName, profiles } from "./profiles.ts";
import type { RunResult } from "./result.ts";
import { runSuites } from "./run.ts";
import { openSession } from "./session.ts";
import { selectChecks } from "./suites.ts";
import type { Target } from "./target.ts";

export interface VerifyOptions {
  /** Suites to run; all when absent or empty. */
  readonly suites?: readonly string[];
  /** Checks to run, by sentence, name or `suite/name`; all when absent or empty. */
  readonly only?: readonly string[];
  readonly profile: ProfileName;
  /** Folder for this run's evidence; made when it is not there. */
  readonly directory: string;
  /** Name of the run; made up when absent. */
  readonly id?: string;
  readonly onEvent?: (event: VerifyEvent) => void;
  readonly signal?: AbortSignal;
  /** Signs the attestation; without one it is left out. */
  readonly signer?: Signer;
  /** What the attestation speaks about besides the environment's outputs: commit, images, program. */
  readonly subjects?: readonly Subject[];
}

/**
 * Runs the suites against a target and leaves the evidence in a folder. What the platform does never throws; a wrong
 * option does: DMM_VERIFY_UNKNOWN_SUITE, DMM_VERIFY_UNKNOWN_CHECK. So does code that is not the checkout's:
 * DMM_VERIFY_IMAGE_STALE.
 */
export async function verify(target: Target, options: VerifyOptions): Promise<RunResult> {
  const { suites, notRun } = selectChecks(options);
  const secrets = createSecrets();
  secrets.add(target.insider.key);
  secrets.add(target.aws.credentials.secretAccessKey);
  const world = createWorld(target, options.profile, secrets);
  const signal = options.signal ?? new AbortController().signal;
  try {
    await requireCurrentImage(world, signal);
    const session = openSession({
      ...options,
      environment: target.environment,
      target: target.kind,
      scope: "prerelease",
      profile: options.profile,
      outputs: target.outputs,
      differences: target.differences,
      suites,
      notRun,
    });
    // Before the suites: some of them replace tasks.
    const before = await readRunningImages(world, signal);
    session.emit(happened({ event: "images-read", images: before }));
    const checks = await runSuites({ world, secrets, signal, emit: session.emit }, suites);
    // After them too: a task that was replaced may run something else than its predecessor.
    const images = addAppeared(before, await readRunningImages(world, signal));
    if (images.length > before.length) session.emit(happened({ event: "images-read", images }));
    return await session.close(checks, images);
  } finally {
    await world.aws.close();
  }
}

function createWorld(target: Target, profile: ProfileName, secrets: ReturnType<typeof createSecrets>): World {
  const ingress = createIngress(target);
  const aws = createAwsClients(target.aws);
  return {
    target,
    profile: profiles[profile],
    ingress,
    aws,
    tokens: createTokens({ target, ingress, aws, secrets }),
  };
}
