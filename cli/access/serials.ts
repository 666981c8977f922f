import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createFolder, explainFileError } from "../../machine/files.ts";
import { readLines } from "../../machine/line-file.ts";

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
  createFolder(directory);
  try {
    // Starts a new line, whatever a kill has left of the previous one.
    appendFileSync(file, `\n${JSON.stringify(issued)}\n`, { mode: 0o600 });
  } catch (cause) {
    throw explainFileError(file, cause);
  }
}

/** Every certificate ever issued, in order. Invalid lines are skipped. */
export function readSerials(directory: string): readonly IssuedSerial[] {
  return readLines(registerFile(directory)).flatMap((line) => {
    const value = line as Partial<IssuedSerial> | null;
    return typeof value?.serial === "string" && typeof value.name === "string"
      ? [{ ...value, expires: String(value.expires) } as IssuedSerial]
      : [];
  });
}

function registerFile(directory: string): string {
  return join(directory, "serials.jsonl");
}
