import type { Region } from "./region.ts";
import type { Properties, Resource } from "./resource.ts";

/** A property that is wrong, as Pulumi's `Check` reports it. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** How one AWS resource type is made real on this machine. */
export interface ResourceHandler {
  /** Pulumi type token, for example `aws:lb/loadBalancer:LoadBalancer`. */
  readonly type: string;
  /** Every input property that this handler honours; any other is refused by name. */
  readonly inputs: readonly string[];
  /** Inputs whose change AWS answers with a new resource. */
  readonly replaceOn: readonly string[];
  /** Outputs that are known only after creation; unknown in a preview. Other outputs equal the input of that name. */
  readonly computed: readonly string[];
  /** Computed outputs that an update changes as well (a launch template's version); unknown in its preview. */
  readonly changing?: readonly string[];
  /** Inputs and outputs that are secret in state. */
  readonly secrets?: readonly string[];
  /** The input that names the resource; made from the logical name and a stable suffix when it is not given. */
  readonly autoname?: { readonly property: string; readonly maxLength: number };
  /** True where AWS cannot hold old and new at once (fixed names). */
  readonly deleteBeforeReplace?: boolean;
  /** Values that AWS fills in for inputs not given. */
  defaults?(inputs: Properties): Properties;
  /** Everything that is wrong with the inputs, all at once. Unknown values arrive as the engine's marker in previews. */
  validate?(inputs: Properties): readonly CheckFailure[];
  create(region: Region, request: CreateRequest): Promise<Created>;
  /** Absent: every change replaces. */
  update?(region: Region, resource: Resource, inputs: Properties): Promise<Properties>;
  /** Looks at the world now; undefined when the resource is gone. Absent: the stored outputs are the truth. */
  read?(region: Region, resource: Resource): Promise<Properties | undefined>;
  /** Idempotent: deleting what is half made or half gone succeeds. */
  delete?(region: Region, resource: Resource): Promise<void>;
  /** The region was restarted: make the resource real again from what is stored. */
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
