import { createHash } from "node:crypto";
import { LocalError } from "../errors.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";

/** The hosted zone of a domain: the local region is authoritative for every domain of the program. */
export function hostedZone(region: Region, args: Properties, token: string): Properties {
  const wanted = args.name ?? args.zoneId;
  if (typeof wanted !== "string" || wanted === "") {
    throw new LocalError("DMM_LOCAL_INVOKE_ARGUMENT", {
      token,
      argument: "name",
      reason: "is missing; it must be the domain of the zone.",
    });
  }
  const name = wanted.replace(/\.$/, "");
  const zoneId = typeof args.zoneId === "string" ? args.zoneId : hostedZoneIdOf(name);
  const nameServers = [1, 2, 3, 4].map(
    (n) => `ns-${n}.awsdns-local.${["com", "net", "org", "co.uk"][n - 1]}`,
  );
  return {
    id: zoneId,
    zoneId,
    name,
    arn: `arn:aws:route53:::hostedzone/${zoneId}`,
    callerReference: `local-${region.name}`,
    comment: "",
    linkedServiceDescription: "",
    linkedServicePrincipal: "",
    nameServers,
    primaryNameServer: nameServers[0] ?? "",
    privateZone: args.privateZone ?? false,
    resourceRecordSetCount: 2,
    tags: {},
  };
}

/** Stable id of the hosted zone of a domain. */
function hostedZoneIdOf(domain: string): string {
  return `Z${createHash("sha256").update(domain).digest("hex").slice(0, 20).toUpperCase()}`;
}
