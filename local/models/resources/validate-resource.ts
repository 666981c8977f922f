import { LocalError } from "../../errors.ts";
import type { Properties } from "../../resource.ts";
import { documentedRefusal } from "../documented.ts";
import { readModel, shapeOf } from "../model.ts";
import { refusalOf } from "../refusal.ts";
import { findViolations, type Violation } from "../violations.ts";
import { resourceMappings } from "./index.ts";
import {
  type Fragment,
  fragmentOf,
  mergeFragments,
  type ResourceMapping,
  type ResourceRequest,
} from "./mapping.ts";
import { shapeInput } from "./shape-input.ts";

/** A resource as the engine describes it. */
export interface DescribedResource {
  readonly type: string;
  readonly inputs: Properties;
  /** Properties whose value no message may repeat. */
  readonly secrets: readonly string[];
}

/**
 * Refuses a resource whose requests violate AWS's own models.
 *
 * @throws AwsError with the service's message @throws LocalError DMM_LOCAL_PROPERTY_UNMAPPED where the mapping
 * does not know a nested property
 */
export function admitResource(resource: DescribedResource): void {
  const mapping = resourceMappings[resource.type];
  if (!mapping) return;
  for (const request of requestsOf(mapping, resource.inputs)) admit(mapping, request, resource);
}

/** The first request, and the others that a given property needs. */
function requestsOf({ requests }: ResourceMapping, inputs: Properties): readonly ResourceRequest[] {
  return requests.filter(
    ({ properties }, index) => index === 0 || Object.keys(properties).some((name) => isGiven(inputs, name)),
  );
}

/** The provider ignores empty texts. */
function isGiven(inputs: Properties, name: string): boolean {
  return inputs[name] !== undefined && inputs[name] !== null && inputs[name] !== "";
}

function admit(mapping: ResourceMapping, request: ResourceRequest, resource: DescribedResource): void {
  const input = inputOf(mapping, request, resource.inputs);
  const model = readModel(mapping.service);
  const violations = findViolations(model, request.operation, input, "form").filter(
    ({ kind, member }) => kind !== "missing" || !request.assigned?.includes(member),
  );
  const unknown = violations.find(({ kind }) => kind === "unknown");
  if (unknown) {
    const { type } = resource;
    const operation = `${mapping.service}:${request.operation}`;
    throw new LocalError("DMM_LOCAL_PROPERTY_UNMAPPED", { type, member: unknown.member, operation });
  }
  const hidden = hiddenMembers(request, resource);
  const refusal = refusalOf(
    mapping.service,
    violations.map((violation) => hide(violation, hidden)),
  );
  const refused = refusal ?? documentedRefusal(mapping.service, request.operation, input);
  if (refused) throw refused;
}

/** One request's input, as Pulumi's provider would send it. */
export function inputOf(mapping: ResourceMapping, request: ResourceRequest, inputs: Properties): Fragment {
  const given = Object.entries(request.properties)
    .filter(([name]) => isGiven(inputs, name))
    .map(([name, property]) => fragmentOf(property, inputs[name] ?? null, inputs))
    .reduce(mergeFragments, {});
  const model = readModel(mapping.service);
  const shape = model.operations[request.operation];
  if (shape === undefined || shape === null) return {};
  const { renamed = {} } = mapping;
  return shapeInput(
    { model, shape: shapeOf(model, shape), renamed },
    { ...request.defaults, ...given },
  ) as Fragment;
}

/** Members that secret properties end up in; of a mapping by function every member counts. */
function hiddenMembers(request: ResourceRequest, { secrets }: DescribedResource): readonly string[] | "all" {
  const mapped = Object.entries(request.properties).filter(([name]) => secrets.includes(name));
  if (mapped.some(([, property]) => typeof property === "function")) return "all";
  return mapped.map(([, property]) => String(property));
}

function hide(violation: Violation, hidden: readonly string[] | "all"): Violation {
  const { member } = violation;
  const secret = hidden === "all" || hidden.some((name) => member === name || member.startsWith(`${name}.`));
  return secret ? { ...violation, value: undefined } : violation;
}
