import { randomBytes } from "node:crypto";
import { createFile, readFileIfPresent } from "../../machine/files.ts";
import { OperatorError } from "../errors.ts";
import type { Home } from "../home.ts";

/**
 * The file with the passphrase that protects secrets in Pulumi's state; created once per checkout. Only its path
 * is passed on, so that the passphrase is in no environment and no command line.
 */
export function ensurePassphrase(home: Home): string {
  const text = readFileIfPresent(home.passphrase);
  if (text === undefined) createFile(home.passphrase, `${randomBytes(32).toString("base64url")}\n`);
  else if (text.trim() === "") {
    throw new OperatorError("DMM_KEY_UNREADABLE", {
      file: home.passphrase,
      problem: "it is empty",
      hint: "Restore the passphrase, or remove the file if no environment is up.",
    });
  }
  return home.passphrase;
}
