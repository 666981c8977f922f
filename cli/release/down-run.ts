import type { PlatformOutputs } from "../../stacks/outputs.ts";
import type { Project } from "../engine/configuration.ts";
import type { Lock } from "../environment/lock.ts";
import type { TargetName } from "../environment/record.ts";
import type { EnvironmentFolder } from "../home.ts";
import type { RegionAddress } from "../region/address.ts";
import type { Inventory } from "../region/inventory.ts";
import type { Session } from "../session.ts";
import type { ClosureProof } from "./close-entrance.ts";
import type { LeftOver } from "./look.ts";

/** One run of `down`. The steps fill it in order. Everything that may be damaged is optional. */
export interface DownRun {
  readonly session: Session;
  readonly name: string;
  readonly folder: EnvironmentFolder;
  readonly project: Project;
  readonly target: TargetName;
  /** Number of the loopback network, where anything still tells it. */
  readonly network?: number;
  readonly outputs?: PlatformOutputs;
  readonly startedAt: string;
  lock: Lock;
  region?: RegionAddress;
  closure: ClosureProof;
  /** What could not be done the ordinary way, in words for the operator and the proof. */
  readonly detours: string[];
  resourcesDeleted: number;
  /** What was seen of the local region after it was ended, before its files were removed. */
  inventory?: Inventory;
  leftOver: readonly LeftOver[];
  /** File with the signed proof. */
  proof: string;
}
