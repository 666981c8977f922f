import { OperatorError } from "../errors.ts";

/** The stack name of production itself; no environment may take it. */
const reserved = new Set(["production"]);

/**
 * Names end up in AWS resource names (32 characters for a load balancer, with a suffix), host names and folders.
 * Throws DMM_NAME_INVALID or DMM_NAME_RESERVED.
 */
export function parseName(text: string): string {
  if (!/^[a-z](?:[a-z0-9-]{0,18}[a-z0-9])?$/.test(text)) {
    throw new OperatorError("DMM_NAME_INVALID", { name: text });
  }
  if (reserved.has(text)) throw new OperatorError("DMM_NAME_RESERVED", { name: text });
  return text;
}
