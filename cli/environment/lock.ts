import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { OperatorError } from "../errors.ts";
import { createFile, readFileIfThere, replaceFile } from "./file.ts";
import { isAlive, ownIdentity, type ProcessIdentity } from "./process-identity.ts";

/** Who works on an environment, and since when. */
export interface Holder extends ProcessIdentity {
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
}

/** The right to change one environment, until it is released or its process is gone. */
export interface Lock extends Disposable {
  release(): void;
}

/**
 * Takes the lock of an environment. A lock whose process is gone is taken over at once.
 * Throws DMM_ENVIRONMENT_BUSY when a living process has it.
 */
export function acquireLock(file: string, name: string, command: string): Lock {
  const own: Holder = { ...ownIdentity(), command, since: new Date().toISOString() };
  for (;;) {
    if (createFile(file, JSON.stringify(own))) return lockOf(file, own);
    const text = readFileIfThere(file);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder !== undefined && isAlive(holder)) {
      throw new OperatorError("DMM_ENVIRONMENT_BUSY", {
        name,
        command: holder.command,
        pid: holder.pid,
        since: holder.since,
      });
    }
    if (seize(file, text, JSON.stringify(own))) return lockOf(file, own);
  }
}

/** The living process that works on the environment now, if any. */
export function readHolder(file: string): Holder | undefined {
  const holder = parseHolder(readFileIfThere(file) ?? "");
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

/**
 * Replaces a file whose holder is dead by our own. Of several processes that found it dead only one may: the one that
 * creates the heir's file, named by the dead content. A dead heir's file is seized the same way.
 */
function seize(file: string, dead: string, own: string): boolean {
  const claim = `${file}.${createHash("sha256").update(dead).digest("hex").slice(0, 8)}`;
  if (!createFile(claim, own)) {
    const text = readFileIfThere(claim);
    const heir = parseHolder(text ?? "");
    if (text === undefined || (heir !== undefined && isAlive(heir)) || !seize(claim, text, own)) return false;
  }
  try {
    // Another heir may have come and gone between our look and our claim.
    if (readFileIfThere(file) !== dead) return false;
    replaceFile(file, own);
    return true;
  } finally {
    rmSync(claim, { force: true });
  }
}

function lockOf(file: string, own: Holder): Lock {
  const release = () => {
    if (readFileIfThere(file) === JSON.stringify(own)) rmSync(file, { force: true });
  };
  return { release, [Symbol.dispose]: release };
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder>;
    return typeof value.pid === "number" && typeof value.startTime === "number"
      ? (value as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}
