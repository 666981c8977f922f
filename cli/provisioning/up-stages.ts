import type { Lock } from "../../machine/lock.ts";
import type { PlatformOutputs } from "../../stacks/outputs.ts";
import type { ResolvedTools } from "../../tools/resolve-tools.ts";
import type { Ingress } from "../access/ingress.ts";
import type { Project } from "../engine/configuration.ts";
import type { Observation } from "../engine/observer.ts";
import type { Program } from "../engine/program-host.ts";
import type { EngineSetting } from "../engine/pulumi.ts";
import type { Origin } from "../environment/creation-choices.ts";
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

/** An `up` whose request, configuration, tools and backend were checked. Nothing has been changed yet. */
export interface PlannedUp {
  readonly session: Session;
  readonly request: UpRequest;
  readonly folder: EnvironmentFolder;
  readonly project: Project;
  readonly tools: ResolvedTools;
  readonly origin: Origin;
}

/** It holds the environment's lock, so no other command changes what it has read. */
export interface LockedUp extends PlannedUp {
  readonly lock: Lock;
  /** The record of an earlier `up`; undefined for a new environment. */
  readonly earlier: EnvironmentRecord | undefined;
  /** True when the environment was up before this run: an interrupted update does not tear it down. */
  readonly wasUp: boolean;
}

/** Name, network and ports are this environment's; its keys and its configuration are written. */
export interface ReservedUp extends LockedUp {
  readonly record: EnvironmentRecord;
  readonly setting: EngineSetting;
  /** Work in parallel to the steps: the program is loaded and the stack exists when the engine needs them. */
  readonly program: Promise<Program>;
  readonly stack: Promise<void>;
}

/** There is a region to create resources in. */
export interface LocatedUp extends ReservedUp {
  /** Undefined on AWS. */
  readonly region: RegionAddress | undefined;
}

/** Every resource was created. */
export interface CreatedUp extends LocatedUp {
  readonly observation: Observation;
  readonly outputs: PlatformOutputs;
  readonly ingress: Ingress;
}

/** No grant outlives the environment, and the ingress is open. */
export interface OpenedUp extends CreatedUp {
  /** Insiders whose certificates would have outlived the environment and were replaced. */
  readonly reissued: readonly string[];
}
