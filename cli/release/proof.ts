import { createHash } from "node:crypto";
import { join } from "node:path";
import { replaceFile } from "../environment/file.ts";
import type { Progress } from "../report/reporter.ts";
import type { DownRun } from "./down-run.ts";
import { ensureSigningKey, signStatement } from "./envelope.ts";

/** Type of the statement that a release makes (in-toto Statement v1, predicateType). */
export const releasePredicate = "https://dmm-env.invalid/attestation/release/v1";

/** Writes down what was released and what an independent look found afterwards, signed by this checkout's key. */
export async function signProof(run: DownRun, progress: Progress): Promise<void> {
  const signer = ensureSigningKey(run.session.home);
  const envelope = signStatement(makeStatement(run), signer);
  const time = run.startedAt.replace(/[:.]/g, "-");
  run.proof = join(run.session.home.releases, `${run.name}-${time}.json`);
  replaceFile(run.proof, `${JSON.stringify(envelope, null, 2)}\n`);
  replaceFile(join(run.session.home.releases, `${signer.keyId.slice(0, 16)}.pub.pem`), signer.publicKeyPem);
  progress(run.proof);
}

function makeStatement(run: DownRun): Record<string, unknown> {
  const outputs = JSON.stringify(run.outputs ?? null);
  return {
    _type: "https://in-toto.io/Statement/v1",
    // The subject is the environment as it was: its stack's outputs name every part of it.
    subject: [{ name: run.name, digest: { sha256: createHash("sha256").update(outputs).digest("hex") } }],
    predicateType: releasePredicate,
    predicate: {
      environment: run.name,
      target: run.target,
      startedAt: run.startedAt,
      finishedAt: new Date().toISOString(),
      access: run.closure,
      resourcesDeleted: run.resourcesDeleted,
      detours: run.detours,
      leftOver: run.leftOver,
      verdict: run.leftOver.length === 0 ? "nothing is left over" : "something is left over",
    },
  };
}
