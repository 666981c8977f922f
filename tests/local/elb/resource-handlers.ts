import { handlers } from "../../../local/elb/index.ts";
import type { ResourceHandler } from "../../../local/resource-handler.ts";

/** A handler of load balancing by the last part of its type. */
export function balancingOf(name: string): ResourceHandler {
  const found = handlers.find(({ type }) => type.endsWith(`:${name}`));
  if (!found) throw new Error(`no handler of ${name}`);
  return found;
}
