import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { readFileIfPresent, replaceFile } from "../../machine/files.ts";
import type { AwsRequest } from "../operation.ts";

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** An access key with everything needed to verify requests signed with it. */
export interface KnownKey extends AccessKey {
  readonly caller: AwsRequest["caller"];
  /** Temporary credentials include a session token, which every request must carry. */
  readonly sessionToken?: string;
}

/** What an ECS task reads from its credentials endpoint. */
export interface TaskCredentials extends AccessKey {
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Every access key that the region accepts: the operator's, kept across restarts, and one per running task. */
export class KeyRing {
  readonly operator: AccessKey;
  readonly #keys = new Map<string, KnownKey>();

  constructor(directory: string) {
    this.operator = readOrMakeOperatorKey(join(directory, "operator.json"));
    this.#keys.set(this.operator.accessKeyId, { ...this.operator, caller: { kind: "operator" } });
  }

  find(accessKeyId: string): KnownKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /**
   * Temporary credentials of a task's role; valid as long as the task, which requests new ones before they expire.
   */
  issue(task: { readonly taskArn: string; readonly roleArn: string }): TaskCredentials {
    const key = makeKey("LSIA");
    const sessionToken = randomBytes(48).toString("base64");
    this.#keys.set(key.accessKeyId, { ...key, sessionToken, caller: { kind: "task", ...task } });
    return { ...key, sessionToken, expiration: new Date(Date.now() + 6 * 3_600_000) };
  }

  /** The task has ended, and its credentials with it. */
  revoke(taskArn: string): void {
    for (const [id, key] of this.#keys) {
      if (key.caller.kind === "task" && key.caller.taskArn === taskArn) this.#keys.delete(id);
    }
  }
}

/** Not `AKIA` or `ASIA`: such a key can never be mistaken for one of a real account. */
function makeKey(prefix: "LKIA" | "LSIA"): AccessKey {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const id = Array.from(randomBytes(16), (byte) => letters[byte % letters.length]).join("");
  return { accessKeyId: `${prefix}${id}`, secretAccessKey: randomBytes(30).toString("base64") };
}

function readOrMakeOperatorKey(file: string): AccessKey {
  const stored = readFileIfPresent(file);
  if (stored !== undefined) {
    try {
      const key = JSON.parse(stored) as Partial<AccessKey>;
      if (key.accessKeyId && key.secretAccessKey) return key as AccessKey;
    } catch {
      // Edited or truncated: creating a new key is harmless, since every client reads it from region.json.
    }
  }
  const key = makeKey("LKIA");
  replaceFile(file, JSON.stringify(key));
  return key;
}
