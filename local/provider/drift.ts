import { unwrapAll } from "../pulumi-protocol/markers.ts";
import type { Properties, Value } from "../resource.ts";

/**
 * The actual inputs of a resource: an input that changed since the state was written shows up as a difference of
 * the next update. An import has no state, and gets the inputs that created the resource.
 */
export function driftedInputs(
  stateInputs: Properties,
  stateOutputs: Properties,
  inputs: Properties,
  outputs: Properties,
): Properties {
  if (Object.keys(stateOutputs).length === 0) return inputs;
  const known = unwrapAll(stateInputs);
  return Object.fromEntries(
    Object.keys(known).map((name): [string, Value] => {
      const now = outputs[name];
      const drifted = now !== undefined && JSON.stringify(now) !== JSON.stringify(stateOutputs[name]);
      return [name, drifted ? now : (known[name] ?? null)];
    }),
  );
}
