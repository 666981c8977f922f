import type { Lock } from "../../machine/lock.ts";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import type { ResolvedParts } from "../../tools/parts.ts";
import type { Ingress } from "../access/ingress.ts";
import type { Project } from "../engine/configuration.ts";
import type { Observation } from "../engine/observer.ts";
import type { Program } from "../engine/program-host.ts";
import type { EngineSetting } from "../engine/pulumi.ts";
import type { Origin } from "../environment/origin.ts";
import type { EnvironmentRecord } from "../environment/record.ts";
import type { EnvironmentFolder } from "../home.ts";
import type { RegionAddress } from "../region/address.ts";
import type { Session } from "../session.ts";

/** The operator's request to `up`. */
export interface UpRequest {
  readonly name: string;
  /** Lifetime of the environment; absent: eight hours, or the existing one. */
  readonly lifetimeSeconds?: number;
  /** Source networks of the insiders; absent: this machine, or the existing ones. */
  readonly insiders?: readonly string[];
}

/** One run of `up`. The steps fill it in order; each reads only what an earlier one has set. */
export interface UpRun {
  readonly session: Session;
  readonly request: UpRequest;
  readonly folder: EnvironmentFolder;
  readonly project: Project;
  readonly parts: ResolvedParts;
  readonly origin: Origin;
  lock: Lock;
  record: EnvironmentRecord;
  /** True when the environment was up before this run: an interrupted update does not tear it down. */
  wasUp: boolean;
  setting: EngineSetting;
  /** Work in parallel to the steps: the program is loaded and the stack exists when the engine needs them. */
  program: Promise<Program>;
  stack: Promise<void>;
  region?: RegionAddress;
  observation: Observation;
  outputs: PlatformOutputs;
  /** Insiders whose certificates would have outlived the environment; they were reissued. */
  shortened: readonly string[];
  ingress: Ingress;
}
