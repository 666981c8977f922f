import type { Pool, PoolConnection, RowDataPacket } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import type { SigningSettings } from "../settings.ts";
import { createLocalSeal, type Seal } from "./sealing.ts";
import { createSigningKey, type SigningKey } from "./signing-key.ts";

const daySeconds = 24 * 3600;

/** When a stored key is made, used and dropped, in seconds of its age. */
export const rotation = {
  /** The newest key is older than this: another is made. */
  every: 90 * daySeconds,
  /** Published before it signs, so that whoever keeps a copy of the set has it in time. */
  publishedAhead: 1 * daySeconds,
  /** Published after its successor signs; far longer than an ID token lives. */
  publishedAfter: 7 * daySeconds,
} as const;

interface StoredKey {
  readonly kid: string;
  readonly ageSeconds: number;
  readonly key: SigningKey;
}

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

  /** The signing key first, then the others that are published. */
  get current(): readonly SigningKey[] {
    return this.#current;
  }

  async load(): Promise<void> {
    if (this.#parts.given !== undefined) return;
    let stored = await this.#read(this.#parts.writer);
    if (stored.length === 0 || stored[0]!.ageSeconds > rotation.every) stored = await this.#renew();
    this.#current = orderKeys(stored).map(({ key }) => key);
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
        (error: Error) => this.#parts.logger.warn({ error: error.message }, "signing keys not read"),
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

  /** Makes a key unless another gateway was faster, and drops what nobody needs any more. */
  async #renew(): Promise<StoredKey[]> {
    const { writer, openSeal, logger } = this.#parts;
    const connection = await writer.getConnection();
    try {
      const [[lock]] = await connection.query<RowDataPacket[]>(
        "SELECT GET_LOCK('dmm-env/signing-keys', 10) AS taken",
      );
      if (lock?.taken !== 1) throw new Error("Another gateway has been making a signing key for 10 s.");
      const stored = await this.#read(connection);
      if (stored.length > 0 && stored[0]!.ageSeconds <= rotation.every) return stored;
      const key = createSigningKey();
      const sealed = await (await openSeal()).close(JSON.stringify(key));
      await connection.query(
        "INSERT INTO signing_keys (kid, sealed, created_at) VALUES (?, ?, UTC_TIMESTAMP())",
        [key.kid, sealed],
      );
      logger.info({ kid: key.kid }, "signing key made");
      const all = [{ kid: key.kid, ageSeconds: 0, key }, ...stored];
      await dropExpired(connection, all);
      return all;
    } finally {
      // Gives back the lock as well.
      connection.destroy();
    }
  }
}

/** From newest first to the signing one first; the first key of all signs at once, as there is none before it. */
function orderKeys(stored: readonly StoredKey[]): readonly StoredKey[] {
  const found = stored.findIndex(({ ageSeconds }) => ageSeconds >= rotation.publishedAhead);
  const at = found === -1 ? stored.length - 1 : found;
  const signing = stored[at]!;
  const others = stored.filter((key, index) => key !== signing && isPublished(index, stored));
  return [signing, ...others];
}

/** A key's successor signs once it is `publishedAhead` old. */
function isPublished(index: number, stored: readonly StoredKey[]): boolean {
  const successor = stored[index - 1];
  return successor === undefined || successor.ageSeconds < rotation.publishedAhead + rotation.publishedAfter;
}

async function dropExpired(connection: PoolConnection, stored: readonly StoredKey[]): Promise<void> {
  for (const [index, key] of stored.entries())
    if (!isPublished(index, stored))
      await connection.query("DELETE FROM signing_keys WHERE kid = ?", [key.kid]);
}
