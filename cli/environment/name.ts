import { environmentName, isNameShaped, productionName } from "../../stacks/config/config.ts";
import { OperatorError } from "../errors.ts";

/**
 * Names are used in AWS resource names, host names and folders, so the program's own rule applies. Throws
 * DMM_NAME_INVALID or DMM_NAME_RESERVED.
 */
export function parseName(text: string): string {
  const parsed = environmentName(text);
  if ("problem" in parsed)
    throw new OperatorError("DMM_NAME_INVALID", { name: shorten(text), allowed: parsed.problem });
  if (text === productionName) throw new OperatorError("DMM_NAME_RESERVED", { name: text });
  return parsed.value;
}

/** Like {@link parseName} for an environment that may exist: its name may have been reserved since. */
export function parseExistingName(text: string): string {
  return isNameShaped(text) && text !== productionName ? text : parseName(text);
}

/** Enough of an invalid name to recognize it in a message. */
function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}
