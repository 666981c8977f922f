import type { Lock } from "../../machine/lock.ts";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import type { Project } from "../engine/configuration.ts";
import type { Origin, TargetName } from "../environment/origin.ts";
import type { EnvironmentFolder } from "../home.ts";
import type { RegionAddress } from "../region/address.ts";
import type { Inventory } from "../region/inventory.ts";
import type { Session } from "../session.ts";
import type { ClosureProof } from "./closure-proof.ts";
import type { Leftover } from "./left-over.ts";
import type { Statement } from "./statements.ts";

/** One run of `down`. The steps fill it in order. Everything that may be damaged is optional. */
export interface DownRun {
  readonly session: Session;
  readonly name: string;
  readonly folder: EnvironmentFolder;
  readonly project: Project;
  readonly target: TargetName;
  readonly origin: Origin;
  /** Number of the loopback network, if any evidence remains. */
  readonly network?: number;
  readonly outputs?: PlatformOutputs;
  readonly startedAt: string;
  lock: Lock;
  region?: RegionAddress;
  closure: ClosureProof;
  /** Deviations from the regular path, worded for the operator and the proof. */
  readonly detours: string[];
  resourcesDeleted: number;
  /**
   * How the resources were deleted, once that is certain: in this run or, by the record, in one that was
   * interrupted later.
   */
  deletion?: string;
  /** Inventory of the local region after it ended, before its files were removed. */
  inventory?: Inventory;
  readonly leftover: Leftover[];
  readonly statements: Statement[];
  /** File with the signed proof; absent until it is stored. */
  proof?: string;
}
