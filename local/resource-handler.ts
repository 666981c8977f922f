import type { Region } from "./region.ts";
import type { Properties, Resource } from "./resource.ts";

/** An invalid property, as Pulumi's `Check` reports it. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** How one AWS resource type is provisioned on this machine. */
export interface ResourceHandler {
  /** Pulumi type token, for example `aws:lb/loadBalancer:LoadBalancer`. */
  readonly type: string;
  /** Every supported input property; any other is refused by name. */
  readonly inputs: readonly string[];
  /** Inputs whose change makes AWS replace the resource. */
  readonly replaceOn: readonly string[];
  /**
   * Outputs that are known only after creation; unknown in a preview. Other outputs equal the input of that name.
   */
  readonly computed: readonly string[];
  /** Computed outputs that an update changes as well (a launch template's version); unknown in its preview. */
  readonly changing?: readonly string[];
  /** Inputs and outputs that are secret in the state. */
  readonly secrets?: readonly string[];
  /** The input that names the resource; if not set, derived from the logical name with a stable suffix. */
  readonly autoname?: { readonly property: string; readonly maxLength: number };
  /** True if old and new cannot coexist on AWS (fixed names). */
  readonly deleteBeforeReplace?: boolean;
  /** AWS's defaults for inputs that are not set. */
  defaults?(inputs: Properties): Properties;
  /** All problems of the inputs at once. Unknown values arrive as the engine's marker in previews. */
  validate?(inputs: Properties): readonly CheckFailure[];
  create(region: Region, request: CreateRequest): Promise<Created>;
  /** Absent: every change replaces. */
  update?(region: Region, resource: Resource, inputs: Properties): Promise<Properties>;
  /** Reads the actual state; undefined when the resource is gone. Absent: the stored outputs are authoritative. */
  read?(region: Region, resource: Resource): Promise<Properties | undefined>;
  /** Idempotent: deleting a partially created or deleted resource succeeds. */
  delete?(region: Region, resource: Resource): Promise<void>;
  /** The region was restarted: provision the resource again from what is stored. */
  restore?(region: Region, resource: Resource): Promise<void>;
}

export interface CreateRequest {
  readonly urn: string;
  readonly name: string;
  readonly inputs: Properties;
}

export interface Created {
  readonly id: string;
  /** All outputs, inputs included. */
  readonly outputs: Properties;
}
