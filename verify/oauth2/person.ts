import { randomBytes } from "node:crypto";
import type { CheckContext } from "../check.ts";
import { askAdmin, parseObject } from "../client/admin.ts";
import { VerifyError } from "../errors.ts";

/** Somebody who can sign in, made for one check. */
export interface Person {
  readonly name: string;
  /** Made by the platform: it lets in to choose another. */
  readonly password: string;
  readonly chosenPassword: string;
}

/** Registers a person on the admin site; undefined where people are kept elsewhere. Removed after the check. */
export async function addPerson(context: CheckContext): Promise<Person | undefined> {
  const name = context.uniqueName("person");
  const body = JSON.stringify({ name, displayName: "Verification" });
  const response = await askAdmin(context, { method: "POST", path: "/api/users", body });
  const created = parseObject(response.body);
  if (created.code === "DMM_ADMIN_USERS_ELSEWHERE") return undefined;
  const { id } = (created.user ?? {}) as { id?: unknown };
  if (typeof id !== "string" || typeof created.password !== "string")
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `the admin site should register a user but returned ${response.status}`,
    });
  context.defer(() => removePerson(context, id));
  return { name, password: created.password, chosenPassword: randomBytes(18).toString("base64url") };
}

async function removePerson(context: CheckContext, id: string): Promise<void> {
  const path = `/api/users/${encodeURIComponent(id)}`;
  const found = parseObject((await askAdmin(context, { path })).body);
  const { revision } = (found.user ?? found) as { revision?: unknown };
  const response = await askAdmin(context, { method: "DELETE", path: `${path}?basedOn=${String(revision)}` });
  if (response.status >= 300 && response.status !== 404)
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `the person ${id} could not be removed: ${response.status}`,
    });
}
