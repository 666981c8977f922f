import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { PasswordQueue } from "./password-queue.ts";

/**
 * Cost of one hash: OWASP's recommendation with 32 MiB of memory. A stored hash states its own, so this may grow.
 */
const cost = { N: 2 ** 15, r: 8, p: 3 } as const;
const saltBytes = 16;
const hashBytes = 32;

/** Two at a time: each takes a thread of Node's pool and much memory, and requests must continue meanwhile. */
const queue = new PasswordQueue(2);

/** A password as it is stored: `scrypt$N$r$p$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Takes the same time for a wrong and a right password. @throws PasswordQueueFullError */
export async function matchesPassword(stored: string, password: string): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = stored.split("$");
  if (scheme !== "scrypt" || salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, "base64url");
  const options = { N: Number(N), r: Number(r), p: Number(p) };
  const found = await derive(password, Buffer.from(salt, "base64url"), options);
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  // The same letters can be typed as different code points.
  const normalized = password.normalize("NFKC");
  const maxmem = 256 * (options.N ?? cost.N) * (options.r ?? cost.r);
  return queue.run(
    () =>
      new Promise((resolve, reject) => {
        scrypt(normalized, salt, hashBytes, { ...options, maxmem }, (error, key) =>
          error === null ? resolve(key) : reject(error),
        );
      }),
  );
}
