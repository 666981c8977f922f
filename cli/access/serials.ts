import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { explainFileError, readFileIfPresent } from "../../machine/files.ts";

/** One certificate that an environment's authority has signed. */
export interface IssuedSerial {
  /** In hexadecimal. */
  readonly serial: string;
  /** Its insider. */
  readonly name: string;
  /** ISO 8601. */
  readonly expires: string;
  /** True for one that a check of `verify` requested: its key was never stored. */
  readonly check?: boolean;
}

/**
 * Records a certificate before it is signed, in the only complete register: a grant whose own file was damaged, or
 * a check that was killed, is revoked by it.
 */
export function recordSerial(directory: string, issued: IssuedSerial): void {
  const file = registerFile(directory);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Starts a new line, whatever a kill has left of the previous one.
    appendFileSync(file, `\n${JSON.stringify(issued)}\n`, { mode: 0o600 });
  } catch (cause) {
    throw explainFileError(file, cause);
  }
}

/** Every certificate ever issued, in order. Invalid lines are skipped. */
export function readSerials(directory: string): readonly IssuedSerial[] {
  return (readFileIfPresent(registerFile(directory)) ?? "").split("\n").flatMap((line) => {
    try {
      const value = JSON.parse(line) as Partial<IssuedSerial> | null;
      return typeof value?.serial === "string" && typeof value.name === "string"
        ? [{ ...value, expires: String(value.expires) } as IssuedSerial]
        : [];
    } catch {
      return [];
    }
  });
}

function registerFile(directory: string): string {
  return join(directory, "serials.jsonl");
}
