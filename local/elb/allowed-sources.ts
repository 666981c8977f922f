import { contains, parseCidr } from "../ec2/cidr.ts";
import type { Region } from "../region.ts";
import { numberOf, textOf } from "../values.ts";
import { isClosed } from "./closing.ts";

/**
 * Networks that may connect to a port with these security groups, according to their ingress rules. Another
 * security group and addresses of a VPC both mean the region's own processes: they use its loopback block and
 * connect from 127.0.0.1 unless they choose an address. Once the ingress is closed no other source may connect.
 */
export function sourcesOf(
  region: Region,
  { securityGroups, port }: { readonly securityGroups: readonly string[]; readonly port: number },
): readonly string[] {
  const inside = [`${region.network}.0.0/16`, "127.0.0.1/32"];
  const rules = region.resources
    .all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    .map((rule) => rule.inputs)
    .filter((rule) => securityGroups.includes(textOf(rule, "securityGroupId") ?? ""))
    .filter((rule) => {
      const protocol = textOf(rule, "ipProtocol");
      if (protocol === "-1") return true;
      return (
        protocol === "tcp" &&
        (numberOf(rule, "fromPort") ?? 0) <= port &&
        port <= (numberOf(rule, "toPort") ?? 65535)
      );
    });
  const closed = isClosed(region);
  const networks = rules.flatMap((rule) => {
    const cidr = textOf(rule, "cidrIpv4");
    if (cidr === undefined || liesInVpc(region, cidr)) return inside;
    return closed ? [] : [cidr];
  });
  return [...new Set(networks)].sort();
}

function liesInVpc(region: Region, cidr: string): boolean {
  const inner = parseCidr(cidr);
  return region.resources.all("aws:ec2/vpc:Vpc").some((vpc) => {
    const outer = parseCidr(vpc.inputs.cidrBlock);
    return inner !== undefined && outer !== undefined && contains(outer, inner);
  });
}
