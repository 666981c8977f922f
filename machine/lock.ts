import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { createLockLink, readLockLink, replaceLockLink } from "./lock-link.ts";
import { isAlive, ownIdentity, type ProcessIdentity } from "./process.ts";
import { pollUntil, type WaitOptions } from "./wait.ts";

/** The process that has a lock. */
export interface LockHolder extends ProcessIdentity {
  /** Its purpose, for messages: `dmm-env up feature-x`. */
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
}

/** The exclusive right to work on something, until it is released or its process has ended. */
export interface Lock extends Disposable {
  release(): void;
}

/** Either the lock, or the running process that has it. */
export type LockResult =
  | { readonly lock: Lock; readonly holder?: never }
  | { readonly lock?: never; readonly holder: LockHolder };

export interface LockWait extends WaitOptions {
  /** Called once for each holder that is waited for. */
  readonly onWait?: (holder: LockHolder) => void;
}

/**
 * Acquires a lock, or returns the running process that has it. A lock whose process has ended is taken over
 * immediately. Throws DMM_MACHINE_DISK_FULL and DMM_MACHINE_FILE_UNUSABLE.
 */
export function takeLock(file: string, command: string): LockResult {
  const own: LockHolder = { ...ownIdentity(), command, since: new Date().toISOString() };
  for (;;) {
    const created = createLockLink(file, own);
    if (created !== undefined) return { lock: lockOf(file, created) };
    const text = readLockLink(file);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder !== undefined && isAlive(holder)) return { holder };
    const { content, heir } = takeOver(file, text, own);
    if (content !== undefined) return { lock: lockOf(file, content) };
    if (heir !== undefined) return { holder: heir };
  }
}

/** Acquires a lock as soon as no running process has it; returns the last holder on timeout. */
export async function waitForLock(file: string, command: string, wait: LockWait): Promise<LockResult> {
  wait.signal?.throwIfAborted();
  let result = takeLock(file, command);
  let reported: string | undefined;
  await pollUntil(() => {
    if (result.lock === undefined) {
      const { holder } = result;
      const identity = `${holder.pid} ${holder.startTime}`;
      if (identity !== reported) wait.onWait?.(holder);
      reported = identity;
      result = takeLock(file, command);
    }
    return result.lock;
  }, wait);
  return result;
}

/** The running process that currently has a lock, if any. */
export function readHolder(file: string): LockHolder | undefined {
  const holder = parseHolder(readLockLink(file) ?? "");
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

/** The content of the lock that was taken over, or the running process that takes it over; neither if the lock has changed. */
interface Takeover {
  readonly content?: string | undefined;
  readonly heir?: LockHolder;
}

/**
 * Replaces a lock whose holder has ended by our own. Of several processes that found it abandoned only one may: the one that
 * creates the heir's lock, named by the abandoned content. An abandoned heir's lock is taken over the same way.
 */
function takeOver(file: string, abandoned: string, own: LockHolder): Takeover {
  const heirFile = `${file}.${createHash("sha256").update(abandoned).digest("hex").slice(0, 8)}`;
  if (createLockLink(heirFile, own) === undefined) {
    const text = readLockLink(heirFile);
    if (text === undefined) return {};
    const heir = parseHolder(text);
    if (heir !== undefined && isAlive(heir)) return { heir };
    const takeover = takeOver(heirFile, text, own);
    if (takeover.content === undefined) return takeover;
  }
  try {
    // Another heir may have come and gone since the lock was read.
    return readLockLink(file) === abandoned ? { content: replaceLockLink(file, own) } : {};
  } finally {
    rmSync(heirFile, { force: true });
  }
}

function lockOf(file: string, own: string): Lock {
  const release = () => {
    if (readLockLink(file) === own) rmSync(file, { force: true });
  };
  return { release, [Symbol.dispose]: release };
}

/** A lock that was taken on a full disk names the process alone. */
function parseHolder(text: string): LockHolder | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockHolder>;
    return typeof value.pid === "number" && typeof value.startTime === "number"
      ? { command: "another command", since: "an unknown time", ...(value as ProcessIdentity) }
      : undefined;
  } catch {
    return undefined;
  }
}
