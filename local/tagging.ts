import { optionalNumber, optionalText, textList } from "./input.ts";
import { AwsError, type AwsRequest, type Operations } from "./operation.ts";
import type { Region } from "./region.ts";
import type { Resource } from "./resource.ts";

interface Tagged {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

interface TagFilter {
  readonly Key: string;
  readonly Values?: readonly string[];
}

/** Types whose ARN Pulumi's provider does not output, by service and resource kind. */
const arnKinds: Readonly<Record<string, string>> = {
  "aws:ec2/eip:Eip": "ec2:elastic-ip",
  "aws:ec2/natGateway:NatGateway": "ec2:natgateway",
  "aws:ec2/vpnGateway:VpnGateway": "ec2:vpn-gateway",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "ec2:security-group-rule",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "ec2:security-group-rule",
};

/**
 * Everything in the region with tags, of every type: an inventory that is independent of Pulumi's state. The
 * region's internal records have no tags and are not included.
 */
function listTagged(region: Region): readonly Tagged[] {
  return region.resources.everything().flatMap((resource) => {
    const tags = tagsOf(resource);
    return Object.keys(tags).length === 0 ? [] : [{ arn: arnOf(region, resource), tags }];
  });
}

function arnOf(region: Region, { type, id, outputs }: Resource): string {
  if (typeof outputs.arn === "string") return outputs.arn;
  const [service = "", name = ""] = type.replace(/^aws:/, "").split("/");
  const [prefix, kind] = (arnKinds[type] ?? `${service}:${name.split(":")[0]}`).split(":");
  return `arn:aws:${prefix}:${region.name}:${region.accountId}:${kind}/${id}`;
}

/** Tags are a map, except an Auto Scaling group's, which are a list of `{ key, value }`. */
function tagsOf({ outputs }: Resource): Readonly<Record<string, string>> {
  const tags = outputs.tagsAll ?? outputs.tags ?? {};
  if (Array.isArray(tags)) {
    return Object.fromEntries(
      (tags as readonly { key?: string; value?: string }[]).map(({ key = "", value = "" }) => [key, value]),
    );
  }
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)]));
}

function matches(tags: Readonly<Record<string, string>>, { Key, Values = [] }: TagFilter): boolean {
  const value = tags[Key];
  return value !== undefined && (Values.length === 0 || Values.includes(value));
}

/** `ec2:vpc` selects VPCs, `ec2` everything of EC2. */
function isOfType(arn: string, wanted: string): boolean {
  const [, , service = "", , , ...rest] = arn.split(":");
  const [wantedService, wantedKind] = wanted.split(":");
  return (
    service === wantedService && (wantedKind === undefined || rest.join(":").split(/[/:]/)[0] === wantedKind)
  );
}

function getResources(region: Region, request: AwsRequest): Record<string, unknown> {
  const filters = (request.input.TagFilters ?? []) as readonly TagFilter[];
  const types = textList(request, "ResourceTypeFilters");
  const arns = textList(request, "ResourceARNList");
  const found = listTagged(region)
    .filter(({ tags }) => filters.every((filter) => matches(tags, filter)))
    .filter(({ arn }) => types.length === 0 || types.some((type) => isOfType(arn, type)))
    .filter(({ arn }) => arns.length === 0 || arns.includes(arn));
  const start = Number(optionalText(request, "PaginationToken") ?? 0);
  const size = optionalNumber(request, "ResourcesPerPage") ?? 100;
  if (!Number.isInteger(start))
    throw new AwsError("PaginationTokenExpiredException", "The pagination token is not valid.");
  const page = found.slice(start, start + size);
  const next = start + page.length;
  return {
    PaginationToken: next < found.length ? String(next) : "",
    ResourceTagMappingList: page.map(({ arn, tags }) => ({
      ResourceARN: arn,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    })),
  };
}

/** Resource Groups Tagging API. */
export const taggingOperations: Operations = {
  async GetResources(region, request) {
    return getResources(region, request);
  },
  async GetTagKeys(region) {
    const keys = new Set(listTagged(region).flatMap(({ tags }) => Object.keys(tags)));
    return { TagKeys: [...keys].sort(), PaginationToken: "" };
  },
  async GetTagValues(region, request) {
    const key = String(request.input.Key ?? "");
    const values = new Set(listTagged(region).flatMap(({ tags }) => tags[key] ?? []));
    return { TagValues: [...values].sort(), PaginationToken: "" };
  },
};
