import type { CheckedAccount } from "./login.ts";
import type { Visit } from "./visit.ts";

/** The password was correct but only allows choosing another one. Stored with the interaction, on the server. */
export interface PendingChoice {
  readonly accountId: string;
  readonly userName: string;
  readonly mark: string;
  /** When the password was verified, in seconds. */
  readonly since: number;
}

/** Time limit of the choice, in seconds: someone else may find an unattended screen. */
const longestSeconds = 600;

export async function rememberChoice(
  visit: Visit,
  { id, password }: Required<Pick<CheckedAccount, "id" | "password">>,
  since: number,
): Promise<void> {
  const { userName, mark } = password;
  const choice: PendingChoice = { accountId: id, userName, mark, since };
  // Without a `login`: leaving the page does not sign in.
  await store(visit, { passwordChoice: choice });
}

export async function forgetChoice(visit: Visit): Promise<void> {
  await store(visit, {});
}

/** The password choice that this login requires, if any. */
export function findChoice({ details }: Visit): PendingChoice | undefined {
  const choice = details.result?.passwordChoice as PendingChoice | undefined;
  if (details.prompt.name !== "login" || choice === undefined) return undefined;
  return Date.now() / 1000 - choice.since <= longestSeconds ? choice : undefined;
}

async function store({ context, provider }: Visit, result: Record<string, unknown>): Promise<void> {
  await provider.interactionResult(context.req, context.res, result, { mergeWithLastSubmission: false });
}
