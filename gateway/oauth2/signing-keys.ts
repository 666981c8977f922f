import { idTokenAlgorithms } from "../configuration/bounds.ts";
import type { Pool, PoolConnection, RowDataPacket } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import { describeReason } from "../reason.ts";
import type { SigningSettings } from "../settings.ts";
import { type Cipher, createLocalCipher } from "./local-cipher.ts";
import {
  createSigningKey,
  nameKey,
  type SigningAlgorithm,
  type SigningKey,
  type SuppliedKey,
} from "./signing-key.ts";
import { findDue, findExpired, isRotating, orderKeys, type StoredKey } from "./signing-key-rotation.ts";

export interface SigningKeysParts {
  readonly writer: Pool;
  /** Opened when a stored key is first read. */
  readonly openCipher: () => Promise<Cipher>;
  readonly logger: Logger;
  /** Supplied by the operator: then nothing is stored, and rotation is the operator's. */
  readonly supplied?: readonly SuppliedKey[];
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
    writer,
    logger,
    checkMs,
    ...(keys === undefined ? {} : { supplied: keys }),
    openCipher: async () =>
      kmsKey === undefined
        ? createLocalCipher(clientSecretKey)
        : (await import("./kms-cipher.ts")).createKmsCipher(kmsKey),
  });
}

/**
 * Keys of the server's signatures, the same at every gateway: supplied by the operator, or created by the first
 * gateway that finds none, and stored encrypted in the database.
 */
export class SigningKeys {
  readonly #parts: SigningKeysParts;
  /** Keys by their stored form; `undefined` for those encrypted under another secret. */
  readonly #opened = new Map<string, SigningKey | undefined>();
  #current: readonly SigningKey[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: SigningKeysParts) {
    this.#parts = parts;
  }

  /** For each algorithm the signing key first, then the others that are published. */
  get current(): readonly SigningKey[] {
    return this.#current;
  }

  async load(): Promise<void> {
    const { supplied, logger } = this.#parts;
    if (supplied !== undefined) {
      this.#current = await Promise.all(supplied.map(nameKey));
      for (const alg of idTokenAlgorithms)
        if (!supplied.some((key) => key.alg === alg))
          logger.warn({ alg }, "no signing key supplied for an algorithm");
      return;
    }
    let stored = await this.#read(this.#parts.writer);
    if (findDue(stored).length > 0) stored = await this.#renew();
    this.#current = orderKeys(stored);
  }

  /** Starts polling for changes. */
  watch(onChange: () => void): void {
    if (this.#parts.supplied !== undefined) return;
    this.#timer = setInterval(() => {
      const before = this.#current.map(({ kid }) => kid).join();
      this.load().then(
        () => {
          if (this.#current.map(({ kid }) => kid).join() !== before) onChange();
        },
        (error: Error) =>
          this.#parts.logger.warn({ error: describeReason(error) }, "signing keys could not be read"),
      );
    }, this.#parts.checkMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /**
   * Creates a key of each algorithm that signs soon, as an operator requested. Refused while keys of an earlier
   * request do not sign yet: each would be published.
   */
  async rotate(): Promise<"done" | "rotating-already" | "keys-supplied"> {
    if (this.#parts.supplied !== undefined) return "keys-supplied";
    return this.#withLock(async (connection) => {
      const stored = await this.#read(connection);
      if (isRotating(stored)) return "rotating-already";
      await this.#store(connection, stored, { algorithms: idTokenAlgorithms, isRequested: true });
      return "done";
    });
  }

  /** Newest first. */
  async #read(from: Pick<Pool, "query">): Promise<StoredKey[]> {
    const [rows] = await from.query<RowDataPacket[]>(
      `SELECT kid, sealed, is_requested, TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP()) AS age
       FROM signing_keys ORDER BY created_at DESC, kid`,
    );
    const keys: StoredKey[] = [];
    for (const row of rows) {
      const key = await this.#open(String(row.kid), String(row.sealed));
      if (key !== undefined)
        keys.push({
          kid: String(row.kid),
          ageSeconds: Number(row.age),
          isRequested: Number(row.is_requested) === 1,
          key,
        });
    }
    return keys;
  }

  /** Once for each stored key: decrypting may be a request to AWS KMS. */
  async #open(kid: string, ciphertext: string): Promise<SigningKey | undefined> {
    const known = this.#opened.get(ciphertext);
    if (known !== undefined || this.#opened.has(ciphertext)) return known;
    const text = await (await this.#parts.openCipher()).decrypt(ciphertext);
    if (text === undefined) this.#parts.logger.warn({ kid }, "signing key encrypted under another secret");
    const key = text === undefined ? undefined : (JSON.parse(text) as SigningKey);
    this.#opened.set(ciphertext, key);
    return key;
  }

  /** Creates due keys unless another gateway was faster, and deletes those that are no longer needed. */
  #renew(): Promise<StoredKey[]> {
    return this.#withLock(async (connection) => {
      const stored = await this.#read(connection);
      return this.#store(connection, stored, { algorithms: findDue(stored), isRequested: false });
    });
  }

  /** Stores all keys or none, and returns everything stored, newest first. */
  async #store(
    connection: PoolConnection,
    stored: readonly StoredKey[],
    { algorithms, isRequested }: { algorithms: readonly SigningAlgorithm[]; isRequested: boolean },
  ): Promise<StoredKey[]> {
    const made = await Promise.all(algorithms.map(createSigningKey));
    const cipher = await this.#parts.openCipher();
    const rows = await Promise.all(
      made.map(async (key) => [key.kid, await cipher.encrypt(JSON.stringify(key)), isRequested]),
    );
    await connection.beginTransaction();
    for (const row of rows)
      await connection.query(
        "INSERT INTO signing_keys (kid, sealed, is_requested, created_at) VALUES (?, ?, ?, UTC_TIMESTAMP())",
        row,
      );
    const all = [...made.map((key) => ({ kid: key.kid, ageSeconds: 0, isRequested, key })), ...stored];
    for (const { kid } of findExpired(all))
      await connection.query("DELETE FROM signing_keys WHERE kid = ?", [kid]);
    await connection.commit();
    for (const { kid, alg } of made)
      this.#parts.logger.info({ kid, alg, isRequested }, "signing key created");
    return all;
  }

  async #withLock<T>(use: (connection: PoolConnection) => Promise<T>): Promise<T> {
    const connection = await this.#parts.writer.getConnection();
    try {
      const [[lock]] = await connection.query<RowDataPacket[]>(
        "SELECT GET_LOCK('dmm-env/signing-keys', 10) AS taken",
      );
      if (lock?.taken !== 1)
        throw new Error("Timed out after 10 s while another gateway was creating a signing key.");
      return await use(connection);
    } finally {
      // Also releases the lock and rolls back an uncommitted transaction.
      connection.destroy();
    }
  }
}
