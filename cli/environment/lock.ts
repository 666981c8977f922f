import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { OperatorError } from "../errors.ts";
import { createLockLink, readLockLink, replaceLockLink } from "./lock-link.ts";
import { isAlive, ownIdentity, type ProcessIdentity } from "./process-identity.ts";

/** The process that works on an environment, and since when. */
export interface Holder extends ProcessIdentity {
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Exclusive right to change one environment, until it is released or its process is gone. */
export interface Lock extends Disposable {
  release(): void;
}

/**
 * Acquires the lock of an environment. A lock whose process is gone is taken over immediately. Throws
 * DMM_ENVIRONMENT_BUSY if a running process has it.
 */
export function acquireLock(file: string, name: string, command: string): Lock {
  const own: Holder = { ...ownIdentity(), command, since: new Date().toISOString() };
  for (;;) {
    const created = createLockLink(file, own);
    if (created !== undefined) return lockOf(file, created);
    const text = readLockLink(file);
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
    const takenOver = takeOver(file, text, own);
    if (takenOver !== undefined) return lockOf(file, takenOver);
  }
}

/** The running process that currently has the lock, if any. */
export function readHolder(file: string): Holder | undefined {
  const holder = parseHolder(readLockLink(file) ?? "");
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

/**
 * Replaces a lock whose holder is dead by our own; undefined when another process was faster. Of several processes
 * that found it dead only one may: the one that creates the heir's lock, named by the dead content. A dead heir's
 * lock is taken over the same way.
 */
function takeOver(file: string, dead: string, own: Holder): string | undefined {
  const claim = `${file}.${createHash("sha256").update(dead).digest("hex").slice(0, 8)}`;
  if (createLockLink(claim, own) === undefined) {
    const text = readLockLink(claim);
    const heir = parseHolder(text ?? "");
    if (text === undefined || (heir !== undefined && isAlive(heir))) return undefined;
    if (takeOver(claim, text, own) === undefined) return undefined;
  }
  try {
    // Another heir may have come and gone between our check and our lock.
    return readLockLink(file) === dead ? replaceLockLink(file, own) : undefined;
  } finally {
    rmSync(claim, { force: true });
  }
}

function lockOf(file: string, own: string): Lock {
  const release = () => {
    if (readLockLink(file) === own) rmSync(file, { force: true });
  };
  return { release, [Symbol.dispose]: release };
}

/** A lock that was created on a full disk names only the process. */
function parseHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder>;
    return typeof value.pid === "number" && typeof value.startTime === "number"
      ? { command: "another command", since: "an unknown time", ...(value as ProcessIdentity) }
      : undefined;
  } catch {
    return undefined;
  }
}
