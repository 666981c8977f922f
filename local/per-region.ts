import type { Region } from "./region.ts";

/**
 * In-memory state for each region, created at its first use. It is lost with the process: what must survive a
 * restart is a resource.
 */
export function perRegion<Kept>(create: (region: Region) => Kept): (region: Region) => Kept {
  const kept = new WeakMap<Region, Kept>();
  return (region) => {
    const known = kept.get(region);
    if (known !== undefined) return known;
    const created = create(region);
    kept.set(region, created);
    return created;
  };
}
