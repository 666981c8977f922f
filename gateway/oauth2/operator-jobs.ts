import type { Pool } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import {
  type OperatorAction,
  type OperatorActionOutcome,
  readPendingActions,
  settleOperatorAction,
} from "../login/operator-actions.ts";
import { allowances, Throttle } from "../login/throttle.ts";
import { nameNetwork } from "../rate-limit/client-network.ts";
import type { Primaries } from "../redis/primaries.ts";
import type { SigningKeys } from "./signing-keys.ts";

export interface OperatorJobParts {
  readonly pool: Pool;
  readonly primaries: Primaries;
  readonly signingKeys: SigningKeys;
  readonly logger: Logger;
}

/** Carries out what operators requested on the admin site; failed requests stay pending. */
export async function carryOutOperatorActions(parts: OperatorJobParts): Promise<void> {
  for (let pending = await readPendingActions(parts.pool); pending.length > 0; ) {
    for (const action of pending) {
      const outcome = await carryOut(parts, action);
      await settleOperatorAction(parts.pool, action.id, outcome);
      parts.logger.info({ action: action.action, outcome }, "operator action completed");
    }
    pending = await readPendingActions(parts.pool);
  }
}

async function carryOut(
  { primaries, signingKeys }: OperatorJobParts,
  { action, subject }: OperatorAction,
): Promise<OperatorActionOutcome> {
  if (action === "rotate-signing-keys") return signingKeys.rotate();
  const throttle = new Throttle(primaries);
  if (action === "clear-account") await throttle.clear(allowances.user, subject.toLowerCase());
  else
    for (const allowance of [allowances.address, allowances.userCode])
      await throttle.clear(allowance, nameNetwork(subject));
  return "done";
}
