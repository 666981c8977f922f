import type { KeyRing } from "../access/credentials.ts";
import type { Operations } from "../operation.ts";

/** Context of the endpoint: the credentials it accepts and the operations of each service. */
export interface EndpointOptions {
  readonly keys: KeyRing;
  readonly operations: ReadonlyMap<string, Operations>;
}
