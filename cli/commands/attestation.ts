import type { Command } from "commander";
import { type CheckedAttestation, checkAttestation } from "../attestation/check-attestation.ts";
import { readOwnKeys, readPublicKey } from "../attestation/public-key.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { renderExamples } from "../help-examples.ts";
import { type Outcome, runCommand, type Session } from "../session.ts";

export function registerAttestation(program: Command): void {
  program
    .command("attestation")
    .command("check")
    .argument("<file>", "attestation.intoto.jsonl of a run, or the proof of a teardown")
    .description("Check every signature of a file and print what it states")
    .addHelpText(
      "after",
      renderExamples([
        "dmm-env attestation check .dmm-env/runs/feature-x-2026-01-01T08-00-00-000Z/attestation.intoto.jsonl",
        "dmm-env attestation check proof.json --key signer.pub.pem",
      ]),
    )
    .option("--key <file>", "public key of the signer in PEM (default: this checkout's keys)")
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

/** A validly signed failure is not a success: scripts may rely on the exit code alone. */
function exitCodeOf({ verdict }: CheckedAttestation): ExitCode {
  if (verdict === "passed") return exitCodes.done;
  return verdict === "failed" ? exitCodes.checkFailed : exitCodes.notReady;
}
