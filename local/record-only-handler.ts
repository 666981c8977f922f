import type { Region } from "./region.ts";
import type { Properties, Resource } from "./resource.ts";
import type { ResourceHandler } from "./resource-handler.ts";

/** Inputs of a record; `id` is the id that it will have. */
interface RecordRequest {
  readonly id: string;
  readonly urn: string;
  readonly name: string;
  readonly inputs: Properties;
}

/** The specifics of one resource type that exists only as a record with ids and ARNs. */
interface RecordedType
  extends Pick<ResourceHandler, "inputs" | "replaceOn" | "computed" | "changing" | "secrets" | "autoname">,
    Pick<ResourceHandler, "deleteBeforeReplace" | "defaults" | "validate"> {
  /** The id of a new record. */
  id(region: Region, request: Omit<RecordRequest, "id">): string;
  /** The computed outputs; the inputs are added automatically. */
  outputs?(region: Region, request: RecordRequest): Properties;
  /**
   * Refuses, as AWS does, what is impossible: dangling references, a name that is taken, overlapping blocks.
   * Called before each create and update; throws `AwsError`.
   */
  admit?(region: Region, request: RecordRequest, existing: Resource | undefined): void;
  /** Refuses a deletion that AWS refuses (something still refers to it); throws `AwsError`. */
  release?(region: Region, resource: Resource): void;
}

/**
 * Creates the handler of a type that is only recorded: it is validated and stored as on AWS, and nothing runs for
 * it. The record is stored in the same turn as it is admitted, so that two creations cannot both take one name or
 * block.
 */
export function recorded(type: string, recordedType: RecordedType): ResourceHandler {
  const { id, outputs, admit, release, ...shape } = recordedType;

  function complete(region: Region, request: RecordRequest): Properties {
    return { ...request.inputs, ...outputs?.(region, request) };
  }

  return {
    type,
    ...shape,
    async create(region, request) {
      const record = { ...request, id: id(region, request) };
      admit?.(region, record, undefined);
      const resource = { type, ...record, outputs: complete(region, record) };
      region.resources.put(resource);
      return { id: record.id, outputs: resource.outputs };
    },
    async update(region, resource, inputs) {
      const record = { id: resource.id, urn: resource.urn, name: resource.name, inputs };
      admit?.(region, record, resource);
      const fresh = complete(region, record);
      const changing = recordedType.changing ?? [];
      const kept = recordedType.computed.filter(
        (name) => !changing.includes(name) && name in resource.outputs,
      );
      return { ...fresh, ...Object.fromEntries(kept.map((name) => [name, resource.outputs[name] ?? null])) };
    },
    async delete(region, resource) {
      release?.(region, resource);
    },
  };
}
