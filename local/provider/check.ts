import { LocalError, renderError } from "../errors.ts";
import { containsSecret, isUnknown, unwrapAll } from "../pulumi-protocol/markers.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { CheckFailure, ResourceHandler } from "../resource-handler.ts";
import { isAutomatic, namedBy, proposeName } from "./autonaming.ts";
import { protect } from "./secrets.ts";

export interface CheckRequest {
  readonly urn: string;
  readonly name: string;
  /** The inputs in the state; empty for a new resource. */
  readonly olds: Properties;
  readonly news: Properties;
  /** The stack's configuration for automatic names; absent: the provider's default. */
  readonly autonaming?: { readonly mode: "propose" | "enforce" | "disable"; readonly proposedName: string };
  /** The provider's `defaultTags`. */
  readonly defaultTags: Properties;
}

interface Checked {
  readonly inputs: Properties;
  readonly failures: readonly CheckFailure[];
}

/** Services whose resources are global and have no `region` property. */
const globalServices = /^aws:(iam|route53|cloudfront)\//;

export function isRegional(type: string): boolean {
  return !globalServices.test(type);
}

/** Reports all problems of a resource's inputs, and fills in names, default tags and AWS's defaults. */
export function checkInputs(region: Region, handler: ResourceHandler, request: CheckRequest): Checked {
  const given = withoutNull(unwrapAll(request.news));
  const failures = [...refuseUnknown(handler, given), ...refuseOtherRegion(region, given)];
  let inputs = mergeTags(handler, given, request.defaultTags);
  const name = chooseName(region, handler, inputs, request);
  if (typeof name === "object") failures.push(name);
  if (typeof name === "string") inputs[handler.autoname!.property] = name;
  inputs = { ...handler.defaults?.(inputs), ...inputs };
  if (failures.length === 0) failures.push(...validate(handler, inputs));
  const checked = protect(inputs, handler, request.news);
  return {
    inputs: checked,
    failures: failures.map((failure) => hideSecret(failure, { ...request.news, ...checked })),
  };
}

/** The engine prints the value of the property that a failure names, in clear text; the reason names it anyway. */
function hideSecret(failure: CheckFailure, inputs: Properties): CheckFailure {
  const [name = ""] = failure.property.split(/[.[]/);
  return containsSecret(inputs[name]) ? { ...failure, property: "" } : failure;
}

function withoutNull(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}

function refuseUnknown(handler: ResourceHandler, inputs: Properties): readonly CheckFailure[] {
  const { type } = handler;
  const allowed = isRegional(type) ? [...handler.inputs, "region"] : handler.inputs;
  return Object.keys(inputs)
    .filter((property) => !allowed.includes(property))
    .map((property) => ({
      property,
      reason: renderError(
        new LocalError("DMM_LOCAL_PROPERTY_UNKNOWN", { type, property, allowed: handler.inputs }),
      ),
    }));
}

function refuseOtherRegion(region: Region, inputs: Properties): readonly CheckFailure[] {
  const asked = inputs.region;
  if (asked === undefined || asked === region.name || isUnknown(asked)) return [];
  const error = new LocalError("DMM_LOCAL_REGION_OTHER", { region: String(asked), expected: region.name });
  return [{ property: "region", reason: renderError(error) }];
}

/**
 * The resource's own tags override default tags, as the provider's documentation says; Auto Scaling groups get
 * none.
 */
function mergeTags(handler: ResourceHandler, inputs: Properties, defaultTags: Properties): Properties {
  const taggable = handler.inputs.includes("tags") && handler.type !== "aws:autoscaling/group:Group";
  if (!taggable || Object.keys(defaultTags).length === 0) return { ...inputs };
  const own = inputs.tags ?? {};
  return typeof own === "object" && !Array.isArray(own)
    ? { ...inputs, tags: { ...defaultTags, ...own } }
    : { ...inputs };
}

/** The automatic name; undefined if a name is set or the type has none. */
function chooseName(
  region: Region,
  handler: ResourceHandler,
  inputs: Properties,
  request: CheckRequest,
): string | CheckFailure | undefined {
  const named = namedBy(handler, request, inputs);
  if (!named || inputs[named.property] !== undefined) return undefined;
  const { type, property } = named;
  if (request.autonaming?.mode === "disable") {
    return { property, reason: renderError(new LocalError("DMM_LOCAL_NAME_MISSING", { type, property })) };
  }
  if (request.autonaming?.proposedName) return request.autonaming.proposedName.slice(0, named.maxLength);
  const old = unwrapAll(request.olds)[property];
  return isAutomatic(old, named) ? (old as string) : proposeName(region.resources, property, named);
}

function validate(handler: ResourceHandler, inputs: Properties): readonly CheckFailure[] {
  const { type } = handler;
  return (handler.validate?.(inputs) ?? []).map(({ property, reason }) => ({
    property,
    reason: renderError(new LocalError("DMM_LOCAL_PROPERTY_INVALID", { type, property, reason })),
  }));
}
