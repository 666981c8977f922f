import { userInfo } from "node:os";
import { text } from "node:stream/consumers";
import { migrate } from "../database/migrate.ts";
import { createDatabasePool, type Pool, type RowDataPacket } from "../database/pool.ts";
import { createLogger } from "../logger.ts";
import { parseStoreSettings } from "../settings.ts";
import { untilSecondIsOver } from "./sign-out-jobs.ts";
import { UserInvalidError } from "./user-errors.ts";
import { normalizeProfile, type UserProfile } from "./user-rules.ts";
import { createUser, replacePassword } from "./user-store.ts";

const usage = `Usage: user <name> [display name] [email]; the password is read from standard input.
`;

const leastPasswordLength = 12;

/**
 * The role `user`: registers a user, or sets another password. The password is read from standard input, because
 * other users can see arguments and variables.
 */
export async function runUser(args: readonly string[]): Promise<void> {
  const [name, displayName, email] = args;
  if (name === undefined) return refuse(usage);
  const settings = parseStoreSettings(process.env);
  const password = (await text(process.stdin)).replace(/\r?\n$/, "");
  if ([...password].length < leastPasswordLength)
    return refuse(`The password must have at least ${leastPasswordLength} characters.\n`);
  const pool = createDatabasePool(settings.database, settings.database.host);
  try {
    await migrate(pool, settings.upstreamUrl, createLogger({ role: "user", environment: "" }));
    await storeUser(pool, normalizeProfile({ name, displayName, email }), password);
    process.stdout.write(`${name} can sign in.\n`);
  } catch (error) {
    if (!(error instanceof UserInvalidError)) throw error;
    refuse(`${error.message}\n${usage}`);
  } finally {
    await pool.end();
  }
}

/** Updates the password and all given fields of an existing user. @throws UserInvalidError */
async function storeUser(pool: Pool, profile: UserProfile, password: string): Promise<void> {
  const author = { name: `command of ${userInfo().username}` };
  const [[row]] = await pool.query<RowDataPacket[]>("SELECT user_id, name FROM users WHERE name = ?", [
    profile.name,
  ]);
  // Another spelling of an existing name is refused like any other invalid one.
  if (row === undefined || row.name !== profile.name) await createUser(pool, profile, { password, author });
  else {
    await replacePassword(pool, { id: String(row.user_id), author }, password, {
      display_name: profile.displayName,
      email: profile.email,
      disabled: false,
    });
    await untilSecondIsOver();
  }
}

function refuse(reason: string): void {
  process.stderr.write(reason);
  process.exitCode = 2;
}
