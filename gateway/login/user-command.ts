import { text } from "node:stream/consumers";
import { migrate } from "../database/migrate.ts";
import { createDatabasePool } from "../database/pool.ts";
import { createLogger } from "../logger.ts";
import { parseStoreSettings } from "../settings.ts";
import { storeUser } from "./users.ts";

const usage = `Usage: user NAME [DISPLAY NAME] [E-MAIL], with the password on standard input.
`;

/**
 * The role `user`: registers somebody who can sign in, or gives them another password. The password comes on standard
 * input, because arguments and variables are seen by others.
 */
export async function runUser(args: readonly string[]): Promise<void> {
  const [name, displayName, email] = args;
  if (name === undefined || !/^[a-z0-9][a-z0-9._@-]{0,99}$/i.test(name)) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  const settings = parseStoreSettings(process.env);
  const password = (await text(process.stdin)).replace(/\r?\n$/, "");
  const pool = createDatabasePool(settings.database, settings.database.host);
  try {
    await migrate(pool, settings.upstreamUrl, createLogger({ role: "user", environment: "" }));
    await storeUser(pool, {
      ...{ name, password },
      ...(displayName === undefined ? {} : { displayName }),
      ...(email === undefined ? {} : { email }),
    });
    process.stdout.write(`${name} can sign in.\n`);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  } finally {
    await pool.end();
  }
}
