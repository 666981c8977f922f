import type { Command } from "commander";
import { type CheckedAttestation, checkAttestation } from "../attestation/check-attestation.ts";
import { readOwnKeys, readPublicKey } from "../attestation/public-key.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { type Outcome, runCommand, type Session } from "../session.ts";

export function registerAttestation(program: Command): void {
  program
    .command("attestation")
    .description("check the signature of an attestation or of a teardown's proof")
    .command("check")
    .argument("<file>", "attestation.intoto.jsonl of a run, or the proof of a teardown")
    .description("check every signature of a file and print what it states")
    .option("--key <file>", "public key of the signer in PEM (default: this checkout's own keys)")
    .action((file: string, { key }: { readonly key?: string }, command: Command) =>
      runCommand(command, (session) => check(session, file, key), { interrupted: "at once" }),
    );
}

async function check({ home }: Session, file: string, keyFile?: string): Promise<Outcome> {
  const keys = keyFile === undefined ? readOwnKeys(home) : [readPublicKey(keyFile)];
  const checked = checkAttestation(file, keys);
  const signers = checked.keys.map(({ file: path, keyId }) => ({ keyId, file: path }));
  return {
    exitCode: exitCodeOf(checked),
    report: { file, keys: signers, verdict: checked.verdict, statements: checked.statements },
    lines: [
      ...checked.statements.map(
        ({ kind, result, details }) => `${[`${kind}: ${result}`, ...details].join(", ")}`,
      ),
      ...signers.map(({ keyId, file: path }) => `Every signature is valid for the key ${keyId} (${path}).`),
      ...(checked.verdict === "undecided" ? ["No statement says whether a run or a teardown passed."] : []),
    ],
  };
}

/** A valid signature under a failure is no success: a script may look at the exit code alone. */
function exitCodeOf({ verdict }: CheckedAttestation): ExitCode {
  if (verdict === "passed") return exitCodes.done;
  return verdict === "failed" ? exitCodes.claimBroken : exitCodes.notReady;
}
