import { unknown } from "../pulumi-protocol/markers.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { isRegional } from "./check.ts";

/**
 * Outputs of a creation that are known in a preview: the inputs, and unknown for values that creation computes.
 */
export function planCreated(region: Region, handler: ResourceHandler, inputs: Properties): Properties {
  const computed = Object.fromEntries(handler.computed.map((name) => [name, unknown]));
  return complete(region, handler, inputs, { ...computed, ...definedIn(inputs) });
}

/**
 * Outputs of an update that are known in a preview: computed values stay, except those that every update changes.
 */
export function planUpdated(
  region: Region,
  handler: ResourceHandler,
  olds: Properties,
  inputs: Properties,
): Properties {
  const changing = Object.fromEntries((handler.changing ?? []).map((name) => [name, unknown]));
  return complete(region, handler, inputs, { ...keep(handler, olds), ...inputs, ...changing });
}

/** Outputs after an update: the handler's result, over the inputs, over what creation computed. */
export function updated(
  region: Region,
  handler: ResourceHandler,
  olds: Properties,
  inputs: Properties,
  result: Properties,
): Properties {
  return complete(region, handler, inputs, { ...keep(handler, olds), ...inputs, ...result });
}

/** Adds the outputs that every AWS type has: its region, and all its tags under one name. */
export function complete(
  region: Region,
  handler: ResourceHandler,
  inputs: Properties,
  outputs: Properties,
): Properties {
  const all: Properties = { ...inputs, ...outputs };
  if (isRegional(handler.type)) all.region = region.name;
  if (handler.inputs.includes("tags") && !Array.isArray(inputs.tags)) all.tagsAll = inputs.tags ?? {};
  return all;
}

function keep(handler: ResourceHandler, olds: Properties): Properties {
  return Object.fromEntries(
    handler.computed.flatMap((name) => {
      const value = olds[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** A property may be both an input and, if not set, computed. */
function definedIn(inputs: Properties): Properties {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
}
