import type { AwsRequest } from "../operation.ts";
import { isModeled, readModel } from "./model.ts";
import { refusalOf } from "./refusal.ts";
import { findViolations } from "./violations.ts";
import type { Wire } from "./wire-values.ts";

/**
 * Refuses a call that does not fit AWS's own model of the service, before anything looks at it.
 *
 * @throws AwsError with the code and in the form that the service has for it
 */
export function admitRequest(request: Pick<AwsRequest, "service" | "operation" | "input">, wire: Wire): void {
  const { service, operation, input } = request;
  if (!isModeled(service)) return;
  const model = readModel(service);
  // What the region does not answer has no model; it is refused by name.
  if (!Object.hasOwn(model.operations, operation)) return;
  const refusal = refusalOf(service, findViolations(model, operation, input, wire));
  if (refusal) throw refusal;
}
