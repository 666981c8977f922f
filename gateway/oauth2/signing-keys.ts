import { idTokenAlgorithms } from "../configuration/limits.ts";
import type { Pool, RowDataPacket } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import type { SigningSettings } from "../settings.ts";
import { findDue, findExpired, orderKeys, type StoredKey } from "./key-rotation.ts";
import { createLocalSeal, type Seal } from "./sealing.ts";
import { createSigningKey, type SigningKey } from "./signing-key.ts";

export interface SigningKeysParts {
  readonly writer: Pool;
  /** Opened when a stored key is first read. */
  readonly openSeal: () => Promise<Seal>;
  readonly logger: Logger;
  /** Given by the operator: then nothing is stored, and rotation is theirs. */
  readonly given?: readonly SigningKey[];
  readonly checkMs: number;
}

/** Signing keys as the operator configured them. */
export function openSigningKeys(
  { signing, clientSecretKey }: { readonly signing: SigningSettings; readonly clientSecretKey: string },
  writer: Pool,
  logger: Logger,
): SigningKeys {
  const { keys, kmsKey, checkMs } = signing;
  return new SigningKeys({
    ...{ writer, logger, checkMs },
    ...(keys === undefined ? {} : { given: keys }),
    openSeal: async () =>
      kmsKey === undefined
        ? createLocalSeal(clientSecretKey)
        : (await import("./kms-seal.ts")).createKmsSeal(kmsKey),
  });
}

/**
 * Keys of the server's signatures, the same at every gateway: given by the operator, or made by whichever gateway finds
 * none, and kept sealed in the database.
 */
export class SigningKeys {
  readonly #parts: SigningKeysParts;
  #current: readonly SigningKey[];
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: SigningKeysParts) {
    this.#parts = parts;
    this.#current = parts.given ?? [];
  }

  /** Of each algorithm the signing key first, then the others that are published. */
  get current(): readonly SigningKey[] {
    return this.#current;
  }

  async load(): Promise<void> {
    const { given, logger } = this.#parts;
    if (given !== undefined) {
      for (const alg of idTokenAlgorithms)
        if (!given.some((key) => key.alg === alg))
          logger.warn({ alg }, "no signing key given for an algorithm");
      return;
    }
    let stored = await this.#read(this.#parts.writer);
    if (findDue(stored).length > 0) stored = await this.#renew();
    this.#current = orderKeys(stored);
  }

  /** Looks for changes from now on. */
  watch(onChange: () => void): void {
    if (this.#parts.given !== undefined) return;
    this.#timer = setInterval(() => {
      const before = this.#current.map(({ kid }) => kid).join();
      this.load().then(
        () => {
          if (this.#current.map(({ kid }) => kid).join() !== before) onChange();
        },
        (error: Error) => this.#parts.logger.warn({ error: describeReason(error) }, "signing keys not read"),
      );
    }, this.#parts.checkMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Newest first. */
  async #read(from: Pick<Pool, "query">): Promise<StoredKey[]> {
    const { openSeal, logger } = this.#parts;
    const seal = await openSeal();
    const [rows] = await from.query<RowDataPacket[]>(
      "SELECT kid, sealed, TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP()) AS age FROM signing_keys ORDER BY created_at DESC, kid",
    );
    const keys: StoredKey[] = [];
    for (const row of rows) {
      const text = await seal.open(String(row.sealed));
      if (text === undefined) logger.warn({ kid: row.kid }, "signing key sealed under another secret");
      else keys.push({ kid: String(row.kid), ageSeconds: Number(row.age), key: JSON.parse(text) });
    }
    return keys;
  }

  /** Makes keys unless another gateway was faster, and drops what nobody needs any more. */
  async #renew(): Promise<StoredKey[]> {
    const { writer, openSeal, logger } = this.#parts;
    const connection = await writer.getConnection();
    try {
      const [[lock]] = await connection.query<RowDataPacket[]>(
        "SELECT GET_LOCK('dmm-env/signing-keys', 10) AS taken",
      );
      if (lock?.taken !== 1) throw new Error("Another gateway has been making a signing key for 10 s.");
      const stored = await this.#read(connection);
      const made = await Promise.all(findDue(stored).map(createSigningKey));
      const seal = await openSeal();
      for (const key of made) {
        await connection.query(
          "INSERT INTO signing_keys (kid, sealed, created_at) VALUES (?, ?, UTC_TIMESTAMP())",
          [key.kid, await seal.close(JSON.stringify(key))],
        );
        logger.info({ kid: key.kid, alg: key.alg }, "signing key made");
      }
      const all = [...made.map((key) => ({ kid: key.kid, ageSeconds: 0, key })), ...stored];
      for (const { kid } of findExpired(all))
        await connection.query("DELETE FROM signing_keys WHERE kid = ?", [kid]);
      return all;
    } finally {
      // Gives back the lock as well.
      connection.destroy();
    }
  }
}
