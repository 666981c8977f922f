import { AwsError } from "../operation.ts";
import { isUnknown } from "../pulumi-protocol/markers.ts";
import { recorded } from "../record-only-handler.ts";
import { textsOf } from "../values.ts";

export const recordType = "aws:route53/record:Record";

/**
 * A DNS record, stored only. No name server runs: clients of an environment are given its addresses (`status`
 * prints them), as a browser would be given a hosts file.
 */
export const record = recorded(recordType, {
  inputs: ["zoneId", "name", "type", "records", "ttl", "aliases", "allowOverwrite"],
  replaceOn: ["zoneId", "name", "type"],
  computed: ["fqdn"],
  validate(inputs) {
    const { aliases, ttl } = inputs;
    if (isUnknown(aliases) || isUnknown(inputs.records)) return [];
    const hasAlias = Array.isArray(aliases) && aliases.length > 0;
    const hasRecords = textsOf(inputs, "records").length > 0 || inputs.records !== undefined;
    return [
      ...(hasAlias === hasRecords
        ? [{ property: "records", reason: "exactly one of records and aliases must be given." }]
        : []),
      ...(hasRecords && ttl === undefined
        ? [{ property: "ttl", reason: "it is missing; records require a TTL." }]
        : []),
    ];
  },
  id: (_region, { inputs }) => `${inputs.zoneId}_${String(inputs.name).replace(/\.$/, "")}_${inputs.type}`,
  admit(region, { id, inputs }, existing) {
    const taken = region.resources.get(recordType, id);
    if (!existing && taken && inputs.allowOverwrite !== true) {
      throw new AwsError(
        "InvalidChangeBatch",
        `Tried to create resource record set ${inputs.name} type ${inputs.type} but it already exists`,
      );
    }
  },
  outputs: (_region, { inputs }) => ({ fqdn: String(inputs.name).replace(/\.$/, "") }),
});
