import { realisations } from "../../../local/elb/index.ts";
import type { Realisation } from "../../../local/realisation.ts";

/** A realisation of load balancing by the last part of its type. */
export function balancingOf(name: string): Realisation {
  const found = realisations.find(({ type }) => type.endsWith(`:${name}`));
  if (!found) throw new Error(`no realisation of ${name}`);
  return found;
}
