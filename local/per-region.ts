import type { Region } from "./region.ts";

/**
 * What this process keeps in memory for each region, created when it is first asked for. It is gone with the process:
 * what must survive a restart is a resource.
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
