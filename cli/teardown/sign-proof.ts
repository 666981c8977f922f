import { createHash } from "node:crypto";
import { join } from "node:path";
import { isPresent, replaceFile } from "../../machine/files.ts";
import { signStatement } from "../../verify/evidence/dsse.ts";
import { createSigner, ensureSigningKey, publicKeyFileOf } from "../attestation/signing-key.ts";
import { releaseNetwork } from "../environment/network.ts";
import { fileTime } from "../home.ts";
import type { Progress } from "../report/steps.ts";
import type { InspectedDown, ProvenDown } from "./down-stages.ts";
import { judge } from "./statements.ts";

/** Type of a teardown's statement (in-toto Statement v1, predicateType). */
export const teardownPredicate = "https://dmm-env.invalid/attestation/teardown/v1";

/**
 * Writes what was observed and what was not, signed by this checkout's key. The reservation of the network is
 * removed last, and only once the proof is stored: until then `down` finds the environment again.
 */
export async function signProof(run: InspectedDown, progress: Progress): Promise<ProvenDown> {
  const { home } = run.session;
  const signingKey = ensureSigningKey(home);
  const envelope = await signStatement(makeStatement(run), createSigner(signingKey));
  const time = fileTime(run.startedAt);
  const proof = join(home.teardowns, `${run.name}-${time}.json`);
  replaceFile(join(home.teardowns, publicKeyFileOf(signingKey)), signingKey.publicKeyPem);
  replaceFile(proof, `${JSON.stringify(envelope, null, 2)}\n`);
  // The lock went with the files: by now another `up` of this name may have taken the reservation over.
  const isFree = judge(run.statements) === "nothing is left" && !isPresent(run.folder.directory);
  if (isFree) releaseNetwork(home, run.name);
  progress(proof);
  return { ...run, proof };
}

function makeStatement(run: InspectedDown): Record<string, unknown> {
  const outputs = JSON.stringify(run.outputs ?? null);
  const { target, backend, region, account } = run.origin;
  return {
    _type: "https://in-toto.io/Statement/v1",
    // The subject is the former environment: its stack's outputs identify all its components.
    subject: [{ name: run.name, digest: { sha256: createHash("sha256").update(outputs).digest("hex") } }],
    predicateType: teardownPredicate,
    predicate: {
      environment: run.name,
      target,
      backend,
      region,
      ...(account && { account }),
      startedAt: run.startedAt,
      finishedAt: new Date().toISOString(),
      access: run.closure,
      resourcesDeleted: run.resourcesDeleted,
      workarounds: run.detours,
      statements: run.statements,
      leftovers: run.leftovers,
      verdict: judge(run.statements),
    },
  };
}
