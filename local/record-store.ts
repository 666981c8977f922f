import type { Region } from "./region.ts";
import type { Resource } from "./resource.ts";

/** Records of one type that a service stores beside the program's resources: an API may change them, or they outlive it. */
export interface Records<Content> {
  get(region: Region, id: string): Content | undefined;
  all(region: Region): readonly Content[];
  put(region: Region, id: string, content: Content): void;
  remove(region: Region, id: string): void;
}

/** The records of one type. `Content` must survive JSON: the region's journal stores it. */
export function recordsOf<Content extends object>(type: `local:${string}`): Records<Content> {
  // Records of this type are written by `put` only, so what is read has its shape.
  const contentOf = ({ outputs }: Resource) => outputs as object as Content;
  return {
    get(region, id) {
      const record = region.resources.get(type, id);
      return record === undefined ? undefined : contentOf(record);
    },
    all: (region) => region.resources.all(type).map(contentOf),
    put(region, id, content) {
      const outputs = JSON.parse(JSON.stringify(content)) as Resource["outputs"];
      region.resources.put({ type, id, urn: "", name: id, inputs: {}, outputs });
    },
    remove: (region, id) => region.resources.remove(type, id),
  };
}
