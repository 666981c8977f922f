import type { World } from "../../verify/check.ts";
import { createAwsClients } from "../../verify/client/aws.ts";
import { createIngress } from "../../verify/client/ingress.ts";
import { createTokens } from "../../verify/client/tokens.ts";
import type { Secrets } from "../../verify/evidence/secrets.ts";
import type { Profile } from "../../verify/profiles.ts";
import type { Target } from "../../verify/target.ts";

/** Minimal load and time limits that still distinguish a platform that keeps its claims from one that does not. */
export const quick: Profile = {
  name: "quick",
  arrivalsPerSecond: 60,
  steadyMs: 300,
  settledMs: 300,
  tokens: 6,
  recoverWithinMs: { local: 1_500, aws: 1_500 },
  fillsDelivery: true,
  deliverWithinMs: { local: 1_500, aws: 1_500 },
};

/** Shared by the suites, opened for one target and closed with the scope. */
export function openWorld(
  target: Target,
  secrets: Secrets,
  profile: Profile = quick,
): World & AsyncDisposable {
  const ingress = createIngress(target);
  const aws = createAwsClients(target.aws);
  const tokens = createTokens({ target, ingress, aws, secrets });
  return {
    target,
    profile,
    ingress,
    aws,
    tokens,
    [Symbol.asyncDispose]: () => aws.close(),
  };
}
