import type { KeyRing } from "../access/credentials.ts";
import type { Operations } from "../operation.ts";

/** What the endpoint answers with: the credentials it knows and the operations of each service. */
export interface EndpointOptions {
  readonly keys: KeyRing;
  readonly operations: ReadonlyMap<string, Operations>;
}
