import { NotFoundError } from "../../configuration/change-errors.ts";
import { findUser } from "../../users/user-search.ts";
import type { User } from "../../users/user-store.ts";
import type { PageRequest } from "./page-context.ts";

/** The user named in the URL. @throws NotFoundError */
export async function requireUser(page: PageRequest): Promise<User> {
  const id = page.parameter("id");
  const user = /^[A-Za-z0-9-]{1,36}$/.test(id) ? await findUser(page.site.pool, id) : undefined;
  if (user === undefined) throw new NotFoundError(`user ${id}`);
  return user;
}
