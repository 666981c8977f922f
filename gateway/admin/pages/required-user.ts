import { UnknownError } from "../../configuration/errors.ts";
import { findUser } from "../../users/user-search.ts";
import type { User } from "../../users/user-store.ts";
import type { PageRequest } from "./page-context.ts";

/** The user named in the URL. @throws UnknownError */
export async function requireUser(page: PageRequest): Promise<User> {
  const id = page.parameter("id");
  const user = /^[A-Za-z0-9-]{1,36}$/.test(id) ? await findUser(page.site.pool, id) : undefined;
  if (user === undefined) throw new UnknownError(`user ${id}`);
  return user;
}
