import { LocalError, renderError } from "../errors.ts";
import { isUnknown, wrapSecret } from "../pulumi-protocol/markers.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { CheckFailure } from "../resource-handler.ts";
import { availabilityZones } from "./availability-zones.ts";
import { ecrImage } from "./ecr-image.ts";
import { hostedZone } from "./hosted-zone.ts";
import { parameter } from "./parameter.ts";
import { makePassword } from "./password.ts";

/** One function of the AWS provider: its supported arguments, and its implementation. */
interface Invoke {
  readonly arguments: readonly string[];
  respond(region: Region, args: Properties, token: string): Properties;
}

/** Functions that the program may call, by token. */
const invokes: Readonly<Record<string, Invoke>> = {
  "aws:index/getAvailabilityZones:getAvailabilityZones": {
    arguments: ["state", "region", "filters", "excludeNames", "excludeZoneIds"],
    respond: availabilityZones,
  },
  "aws:index/getCallerIdentity:getCallerIdentity": {
    arguments: ["id"],
    respond: (region) => ({
      id: region.accountId,
      accountId: region.accountId,
      userId: "AIDALOCALOPERATOR",
      arn: `arn:aws:iam::${region.accountId}:user/operator`,
    }),
  },
  "aws:index/getRegion:getRegion": {
    arguments: ["id", "name", "region"],
    respond: (region) => ({
      id: region.name,
      name: region.name,
      region: region.name,
      description: `${region.name} on this machine`,
      endpoint: `ec2.${region.name}.amazonaws.com`,
    }),
  },
  "aws:index/getPartition:getPartition": {
    arguments: ["id"],
    respond: () => ({
      id: "aws",
      partition: "aws",
      dnsSuffix: "amazonaws.com",
      reverseDnsPrefix: "com.amazonaws",
    }),
  },
  "aws:ssm/getParameter:getParameter": {
    arguments: ["name", "region", "withDecryption"],
    respond: parameter,
  },
  "aws:ecr/getImage:getImage": {
    arguments: ["repositoryName", "imageTag", "imageDigest", "registryId", "region"],
    respond: ecrImage,
  },
  "aws:route53/getZone:getZone": { arguments: ["name", "privateZone", "zoneId"], respond: hostedZone },
  "aws:secretsmanager/getRandomPassword:getRandomPassword": {
    arguments: [
      "excludeCharacters",
      "excludeLowercase",
      "excludeNumbers",
      "excludePunctuation",
      "excludeUppercase",
      "includeSpace",
      "passwordLength",
      "region",
      "requireEachIncludedType",
    ],
    respond: randomPassword,
  },
  "aws:elb/getServiceAccount:getServiceAccount": {
    arguments: ["region"],
    respond: (region) => ({ id: "156460612806", region: region.name, arn: "arn:aws:iam::156460612806:root" }),
  },
};

/** Calls a function, or reports invalid arguments; throws for an unknown one. */
export function serveInvoke(
  region: Region,
  token: string,
  given: Properties,
): { readonly result: Properties } | { readonly failures: readonly CheckFailure[] } {
  const invoke = invokes[token];
  if (!invoke) throw new LocalError("DMM_LOCAL_INVOKE_UNKNOWN", { token, allowed: Object.keys(invokes) });
  const args = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const failures = Object.keys(args)
    .filter((argument) => !invoke.arguments.includes(argument))
    .map((argument) =>
      refuse(token, argument, `is not supported; supported are ${invoke.arguments.join(", ")}.`),
    );
  const asked = args.region;
  if (asked !== undefined && asked !== region.name && !isUnknown(asked)) {
    const error = new LocalError("DMM_LOCAL_REGION_OTHER", { region: String(asked), expected: region.name });
    failures.push({ property: "region", reason: renderError(error) });
  }
  if (failures.length > 0) return { failures };
  return { result: { ...args, ...invoke.respond(region, args, token) } };
}

function refuse(token: string, argument: string, reason: string): CheckFailure {
  return {
    property: argument,
    reason: renderError(new LocalError("DMM_LOCAL_INVOKE_ARGUMENT", { token, argument, reason })),
  };
}

function randomPassword(region: Region, args: Properties, token: string): Properties {
  try {
    return { id: "password", region: region.name, randomPassword: wrapSecret(makePassword(args)) };
  } catch (error) {
    const reason = (error as Error).message;
    throw new LocalError("DMM_LOCAL_INVOKE_ARGUMENT", { token, argument: "passwordLength", reason }, error);
  }
}
