import { createAwsClients } from "../client/aws.ts";
import { createSecrets } from "../evidence/secrets.ts";
import type { RunResult } from "../result.ts";
import { runSuites } from "../run.ts";
import { openSession } from "../session.ts";
import type { Target } from "../target.ts";
import type { VerifyOptions } from "../verify.ts";
import { release } from "./index.ts";
import type { TeardownSnapshot } from "./snapshot.ts";

export { readTeardownSnapshot, type TeardownSnapshot } from "./snapshot.ts";

export interface TeardownOptions extends Omit<VerifyOptions, "suites" | "only" | "profile"> {
  readonly credentials: Target["aws"]["credentials"];
}

/** Proves from outside, after `down`, that an environment is gone. Writes evidence like {@link verify}. */
export async function verifyTeardown(before: TeardownSnapshot, options: TeardownOptions): Promise<RunResult> {
  const secrets = createSecrets();
  secrets.add(options.credentials.secretAccessKey);
  const session = openSession({
    ...options,
    environment: before.environment,
    target: before.kind,
    scope: "teardown",
    profile: "teardown",
    outputs: before,
    differences: before.differences,
    suites: [release],
    notRun: [],
  });
  const aws = createAwsClients({ ...before.aws, credentials: options.credentials });
  try {
    const signal = options.signal ?? new AbortController().signal;
    const checks = await runSuites({ world: { before, aws }, secrets, signal, emit: session.emit }, [
      release,
    ]);
    return await session.close(checks);
  } finally {
    await aws.close();
  }
}
