import { readEdgeListeners } from "../environment/network.ts";
import type { EnvironmentRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import type { EnvironmentFolder } from "../home.ts";
import { writeClosing } from "../region/closing.ts";
import { endBalancers } from "../region/ledger.ts";
import type { Grant } from "./grants.ts";
import { revokeGrants } from "./revoke.ts";

/**
 * Excludes an insider from a local environment whose region is dead or does not respond, while its load balancer
 * may still serve: the load balancer cannot receive a revocation list, so the ingress is closed for all clients.
 * `up` opens it again with the list. Throws DMM_REVOCATION_UNPROVEN if a process still listens there.
 */
export async function shutOut(
  folder: EnvironmentFolder,
  { name, network }: Pick<EnvironmentRecord, "name" | "network">,
  grant: Grant,
): Promise<void> {
  // First: a region that continues now keeps restarted load balancers closed.
  writeClosing(folder.region, new Date().toISOString());
  await endBalancers(folder.region);
  await revokeGrants(folder.access, [grant]);
  const open = readEdgeListeners(network);
  if (open.length === 0) return;
  throw new OperatorError("DMM_REVOCATION_UNPROVEN", {
    name,
    grant: grant.name,
    seconds: 2,
    seen: `${open.join(", ")} still listens`,
  });
}
