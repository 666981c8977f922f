import type { AwsRequest } from "../operation.ts";
import { documentedRefusal } from "./documented.ts";
import { isModeled, readModel } from "./model.ts";
import { refusalOf } from "./refusal.ts";
import { findViolations } from "./violations.ts";
import type { Wire } from "./wire-values.ts";

/**
 * Refuses a call that violates AWS's own model of the service, before it is processed.
 *
 * @throws AwsError with the service's code and message
 */
export function admitRequest(request: Pick<AwsRequest, "service" | "operation" | "input">, wire: Wire): void {
  const { service, operation, input } = request;
  if (!isModeled(service)) return;
  const model = readModel(service);
  // Unsupported operations have no model; they are refused by name.
  if (!Object.hasOwn(model.operations, operation)) return;
  const refusal =
    refusalOf(service, findViolations(model, operation, input, wire)) ??
    documentedRefusal(service, operation, input);
  if (refusal) throw refusal;
}
