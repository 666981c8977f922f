import { join } from "node:path";
import { readFileIfThere } from "../daemon/files.ts";
import type { Region } from "../region.ts";

/**
 * Whether the region's ingress is closed: the file `closing.json` names the time from which on nobody outside is let in.
 * Whoever started the region writes it, and may write a later time. One that cannot be read closes: an end that is
 * missed is worse than one that comes early.
 */
export function isClosed(region: Pick<Region, "directory">, now = Date.now()): boolean {
  const text = readFileIfThere(join(region.directory, "closing.json"));
  if (text === undefined) return false;
  try {
    const at = Date.parse((JSON.parse(text) as { at: string }).at);
    return !(at > now);
  } catch {
    return true;
  }
}
