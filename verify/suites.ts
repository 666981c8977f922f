import { access } from "./access/index.ts";
import { type Check, checkNameOf, type Suite, slugOf } from "./check.ts";
import { VerifyError } from "./errors.ts";
import { gateway } from "./gateway/index.ts";
import { logs } from "./logs/index.ts";
import { oauth2 } from "./oauth2/index.ts";
import { propagation } from "./propagation/index.ts";
import { recovery } from "./recovery/index.ts";
import { routing } from "./routing/index.ts";
import { secrets } from "./secrets/index.ts";

/** Every suite in execution order: disruptive ones are last. */
export const suites: readonly Suite[] = [
  access,
  gateway,
  oauth2,
  routing,
  propagation,
  secrets,
  logs,
  recovery,
];

export const suiteNames: readonly string[] = suites.map((suite) => suite.name);

export interface ClaimListing {
  readonly suite: string;
  readonly claim: string;
  /** As on a command line: `access/an-insider-gets-in`. */
  readonly check: string;
}

/** Every available claim, for documents and for completion on the command line. */
export function listClaims(): readonly ClaimListing[] {
  return suites.flatMap((suite) =>
    suite.checks.map(({ claim }) => ({ suite: suite.name, claim, check: checkNameOf(suite.name, claim) })),
  );
}

export interface Selection {
  readonly suites: readonly Suite[];
  /** Omitted checks, by name. */
  readonly notRun: readonly string[];
}

/**
 * Selects the named suites and checks (`access/an-insider-gets-in`, `an-insider-gets-in` or the sentence). Throws
 * DMM_VERIFY_UNKNOWN_SUITE and DMM_VERIFY_UNKNOWN_CHECK.
 */
export function selectChecks(wanted: {
  readonly suites?: readonly string[];
  readonly only?: readonly string[];
}): Selection {
  for (const name of wanted.suites ?? []) {
    if (!suiteNames.includes(name))
      throw new VerifyError("DMM_VERIFY_UNKNOWN_SUITE", { name, known: suiteNames });
  }
  const candidates = suites.filter((suite) => !wanted.suites?.length || wanted.suites.includes(suite.name));
  const only = (wanted.only ?? []).map(slugOf);
  const isWanted = (suite: Suite, check: Check): boolean =>
    only.length === 0 ||
    only.includes(slugOf(check.claim)) ||
    only.includes(checkNameOf(suite.name, check.claim));
  for (const name of only) {
    const known = candidates.some((suite) =>
      suite.checks.some(
        (check) => name === slugOf(check.claim) || name === checkNameOf(suite.name, check.claim),
      ),
    );
    if (!known)
      throw new VerifyError("DMM_VERIFY_UNKNOWN_CHECK", {
        name,
        ...{
          suites: candidates.map((suite) => suite.name),
          checks: candidates.flatMap((suite) =>
            suite.checks.map((check) => checkNameOf(suite.name, check.claim)),
          ),
        },
      });
  }
  const selected = candidates
    .map((suite) => ({ ...suite, checks: suite.checks.filter((check) => isWanted(suite, check)) }))
    .filter((suite) => suite.checks.length > 0);
  const running = new Set(
    selected.flatMap((suite) => suite.checks.map((check) => checkNameOf(suite.name, check.claim))),
  );
  return {
    suites: selected,
    notRun: listClaims()
      .map((listing) => listing.check)
      .filter((check) => !running.has(check)),
  };
}
