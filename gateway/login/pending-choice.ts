import type { CheckedAccount } from "./login.ts";
import type { Visit } from "./visit.ts";

/** A password was right that lets in to choose another, and to nothing else. Kept with the interaction, on the server. */
export interface PendingChoice {
  readonly accountId: string;
  readonly userName: string;
  readonly mark: string;
  /** When the password was right, in seconds. */
  readonly since: number;
}

/** How long the choice may take, in seconds: somebody else may come to a screen that was left. */
const longestSeconds = 600;

export async function rememberChoice(
  visit: Visit,
  { id, password }: Required<Pick<CheckedAccount, "id" | "password">>,
  since: number,
): Promise<void> {
  const { userName, mark } = password;
  const choice: PendingChoice = { accountId: id, userName, mark, since };
  // Without a `login`: whoever goes on without choosing has not signed in.
  await store(visit, { passwordChoice: choice });
}

export async function forgetChoice(visit: Visit): Promise<void> {
  await store(visit, {});
}

/** What is to be chosen in this login, if anything. */
export function findChoice({ details }: Visit): PendingChoice | undefined {
  const choice = details.result?.passwordChoice as PendingChoice | undefined;
  if (details.prompt.name !== "login" || choice === undefined) return undefined;
  return Date.now() / 1000 - choice.since <= longestSeconds ? choice : undefined;
}

async function store({ context, provider }: Visit, result: Record<string, unknown>): Promise<void> {
  await provider.interactionResult(context.req, context.res, result, { mergeWithLastSubmission: false });
}
