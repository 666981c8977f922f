import { environmentName, productionName } from "../../stacks/config.ts";
import { OperatorError } from "../errors.ts";

/**
 * Names end up in AWS resource names, host names and folders, so the program's own rule holds.
 * Throws DMM_NAME_INVALID or DMM_NAME_RESERVED.
 */
export function parseName(text: string): string {
  const parsed = environmentName(text);
  if ("problem" in parsed)
    throw new OperatorError("DMM_NAME_INVALID", { name: shorten(text), allowed: parsed.problem });
  if (text === productionName) throw new OperatorError("DMM_NAME_RESERVED", { name: text });
  return parsed.value;
}

/** A message repeats enough of a wrong name to recognize it. */
function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}
