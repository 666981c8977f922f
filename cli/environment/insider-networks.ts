import { sourceNetworks } from "../../stacks/config/config.ts";
import { OperatorError } from "../errors.ts";

/**
 * Parses comma-separated IPv4 networks by the program's own rule, so that the program will not refuse them later.
 * Throws DMM_NETWORKS_INVALID.
 */
export function parseInsiderNetworks(text: string): readonly string[] {
  const parsed = sourceNetworks(text);
  const problem = "problem" in parsed ? parsed.problem : undefined;
  if ("value" in parsed && parsed.value.length > 0) return parsed.value;
  const allowed = problem ?? "one IPv4 network or several, separated by commas, like 203.0.113.0/24";
  throw new OperatorError("DMM_NETWORKS_INVALID", { text, allowed });
}
