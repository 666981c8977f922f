import type { AdminError } from "../errors.ts";
import type { Administrator } from "../identity.ts";
export function renderErrorPage(error: AdminError, _administrator: Administrator | undefined) {
  return { text: error.message };
}
