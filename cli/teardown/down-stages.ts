import type { PlatformOutputs } from "../../stacks/outputs.ts";
import type { Project } from "../engine/configuration.ts";
import type { Origin, TargetName } from "../environment/creation-choices.ts";
import type { EnvironmentFolder } from "../home.ts";
import type { RegionAddress } from "../region/address.ts";
import type { Inventory } from "../region/inventory.ts";
import type { Session } from "../session.ts";
import type { ClosureProof } from "./closure-proof.ts";
import type { Leftover } from "./leftover.ts";
import type { Statement } from "./statements.ts";

/**
 * A `down` with all evidence about the environment collected. Everything that may be damaged or gone may be
 * undefined.
 */
export interface PlannedDown {
  readonly session: Session;
  readonly name: string;
  readonly folder: EnvironmentFolder;
  readonly project: Project;
  readonly target: TargetName;
  readonly origin: Origin;
  /** Number of the loopback network. */
  readonly network: number | undefined;
  readonly outputs: PlatformOutputs | undefined;
  readonly startedAt: string;
  /** Deviations from the regular path, for the operator and the proof. Every step may add to it. */
  readonly detours: string[];
}

/** No other command works on the environment, and its record says that it is being torn down. */
export interface TakenDown extends PlannedDown {
  /** How the resources were deleted, once that is certain: in this run or, by the record, in an earlier one. */
  readonly deletion: string | undefined;
}

/** The local region was found or restarted. */
export interface ReachedDown extends TakenDown {
  /** Undefined on AWS, and where no region runs. */
  readonly region: RegionAddress | undefined;
}

/** Access is revoked. */
export interface ClosedDown extends ReachedDown {
  readonly closure: ClosureProof;
}

/** The engine has deleted what it could. */
export interface DeletedDown extends ClosedDown {
  readonly resourcesDeleted: number;
}

/** The local region and its processes were ended. */
export interface StoppedDown extends DeletedDown {
  /** What was seen of the region afterwards, before its files were removed; undefined on AWS. */
  readonly inventory: Inventory | undefined;
}

/** The leftovers have been observed. */
export interface InspectedDown extends StoppedDown {
  readonly leftovers: readonly Leftover[];
  readonly statements: readonly Statement[];
}

/** The proof is stored. */
export interface ProvenDown extends InspectedDown {
  /** File with the signed proof. */
  readonly proof: string;
}
