import { join } from "node:path";
import { readFileIfPresent } from "../../machine/files.ts";
import type { Region } from "../region.ts";

/**
 * Whether the region's ingress is closed: the file `closing.json` contains the time from which no outside client
 * is admitted. The process that started the region writes it, and may extend the time. An unreadable file closes
 * the ingress: closing too late is worse than too early.
 */
export function isClosed(region: Pick<Region, "directory">, now = Date.now()): boolean {
  const text = readFileIfPresent(join(region.directory, "closing.json"));
  if (text === undefined) return false;
  try {
    const at = Date.parse((JSON.parse(text) as { at: string }).at);
    return !(at > now);
  } catch {
    return true;
  }
}
