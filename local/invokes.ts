import { createHash } from "node:crypto";
import { makeArn } from "./arn.ts";
import { localError, renderError } from "./errors.ts";
import { makePassword } from "./password.ts";
import { isUnknown, wrapSecret } from "./provider/markers.ts";
import type { CheckFailure, Properties } from "./realisation.ts";
import type { Region } from "./region.ts";
import { listOf, objectsOf } from "./values.ts";

/** One function of the AWS provider: the arguments that it honours, and its answer. */
interface Invoke {
  readonly arguments: readonly string[];
  answer(region: Region, args: Properties, token: string): Properties;
}

/** Functions that the program may call, by token. */
export const invokes: Readonly<Record<string, Invoke>> = {
  "aws:index/getAvailabilityZones:getAvailabilityZones": {
    arguments: ["state", "region", "filters", "excludeNames", "excludeZoneIds"],
    answer: availabilityZones,
  },
  "aws:index/getCallerIdentity:getCallerIdentity": {
    arguments: ["id"],
    answer: (region) => ({
      id: region.accountId,
      accountId: region.accountId,
      userId: "AIDALOCALOPERATOR",
      arn: `arn:aws:iam::${region.accountId}:user/operator`,
    }),
  },
  "aws:index/getRegion:getRegion": {
    arguments: ["id", "name", "region"],
    answer: (region) => ({
      id: region.name,
      name: region.name,
      region: region.name,
      description: `${region.name} on this machine`,
      endpoint: `ec2.${region.name}.amazonaws.com`,
    }),
  },
  "aws:index/getPartition:getPartition": {
    arguments: ["id"],
    answer: () => ({
      id: "aws",
      partition: "aws",
      dnsSuffix: "amazonaws.com",
      reverseDnsPrefix: "com.amazonaws",
    }),
  },
  "aws:ssm/getParameter:getParameter": { arguments: ["name", "region", "withDecryption"], answer: parameter },
  "aws:route53/getZone:getZone": { arguments: ["name", "privateZone", "zoneId"], answer: zone },
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
    answer: randomPassword,
  },
  "aws:elb/getServiceAccount:getServiceAccount": {
    arguments: ["region"],
    answer: (region) => ({ id: "156460612806", region: region.name, arn: "arn:aws:iam::156460612806:root" }),
  },
};

/** Answers a function, or says per argument what is wrong; throws for one that the region does not know. */
export function answerInvoke(
  region: Region,
  token: string,
  given: Properties,
): { readonly result: Properties } | { readonly failures: readonly CheckFailure[] } {
  const invoke = invokes[token];
  if (!invoke) throw localError("DMM_LOCAL_INVOKE_UNKNOWN", { token, allowed: Object.keys(invokes) });
  const args = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const failures = Object.keys(args)
    .filter((argument) => !invoke.arguments.includes(argument))
    .map((argument) =>
      refuse(token, argument, `is not honoured; honoured are ${invoke.arguments.join(", ")}.`),
    );
  const asked = args.region;
  if (asked !== undefined && asked !== region.name && !isUnknown(asked)) {
    const error = localError("DMM_LOCAL_REGION_OTHER", { region: String(asked), expected: region.name });
    failures.push({ property: "region", reason: renderError(error) });
  }
  if (failures.length > 0) return { failures };
  return { result: { ...args, ...invoke.answer(region, args, token) } };
}

function refuse(token: string, argument: string, reason: string): CheckFailure {
  return {
    property: argument,
    reason: renderError(localError("DMM_LOCAL_INVOKE_ARGUMENT", { token, argument, reason })),
  };
}

function availabilityZones(region: Region, args: Properties, token: string): Properties {
  if (args.state !== undefined && args.state !== "available") {
    const reason = `is ${String(args.state)}; every zone of the local region is available.`;
    throw localError("DMM_LOCAL_INVOKE_ARGUMENT", { token, argument: "state", reason });
  }
  const withoutNames = listOf(args, "excludeNames");
  const withoutIds = listOf(args, "excludeZoneIds");
  const zones = region.availabilityZones
    .map((name, index) => ({ name, id: zoneIdOf(region, index) }))
    .filter(({ name, id }) => !withoutNames.includes(name) && !withoutIds.includes(id))
    .filter(() => objectsOf(args, "filters").every((filter) => admitsZones(filter, token)));
  return {
    id: region.name,
    region: region.name,
    names: zones.map(({ name }) => name),
    zoneIds: zones.map(({ id }) => id),
    groupNames: [region.name],
  };
}

/** Every zone of the local region is an ordinary one: nobody has to opt in to it. */
function admitsZones(filter: Properties, token: string): boolean {
  if (filter.name === "opt-in-status") return listOf(filter, "values").includes("opt-in-not-required");
  const reason = `names ${String(filter.name)}; opt-in-status is the only filter that is honoured.`;
  throw localError("DMM_LOCAL_INVOKE_ARGUMENT", { token, argument: "filters", reason });
}

/** `eu-west-1` has the zones `euw1-az1` and so on: direction by its letter, as AWS abbreviates. */
export function zoneIdOf(region: Region, index: number): string {
  const [area = "", direction = "", number = "1"] = region.name.split("-");
  return `${area}${direction.replace(/(?<=.)(north|south|east|west)$/, (word) => word.charAt(0)).charAt(0)}${number}-az${index + 1}`;
}

/** AWS publishes the ids of its ECS-optimised images under names that every account can read. */
const imageParameter =
  /^\/aws\/service\/ecs\/optimized-ami\/(amazon-linux-2023|amazon-linux-2)(\/arm64|\/gpu)?\/recommended(\/image_id)?$/;

function parameter(region: Region, args: Properties, token: string): Properties {
  const name = String(args.name ?? "");
  const arn = makeArn(region, "ssm", `parameter${name.startsWith("/") ? "" : "/"}${name}`);
  const image = imageParameter.exec(name);
  if (image) {
    const imageId = `ami-0${createHash("sha256")
      .update(`${image[1]}${image[2] ?? ""}`)
      .digest("hex")
      .slice(0, 16)}`;
    const value = image[3] ? imageId : JSON.stringify({ image_id: imageId, os: "Amazon Linux 2023" });
    return {
      id: name,
      name,
      arn,
      type: "String",
      value,
      insecureValue: value,
      version: 1,
      region: region.name,
    };
  }
  const stored = region.resources.find("aws:ssm/parameter:Parameter", ({ inputs }) => inputs.name === name);
  if (!stored) throw localError("DMM_LOCAL_INVOKE_NOT_FOUND", { token, what: `parameter ${name}` });
  const { type = "String", value = "", version = 1 } = stored.outputs;
  const secure = type === "SecureString";
  const readable = secure && args.withDecryption === false ? "" : value;
  return {
    id: name,
    name,
    arn,
    type,
    version,
    region: region.name,
    value: secure ? wrapSecret(readable) : readable,
    insecureValue: secure ? "" : value,
  };
}

/** The hosted zone of a domain: the local region is authoritative for whatever domain the program owns. */
function zone(region: Region, args: Properties, token: string): Properties {
  const wanted = args.name ?? args.zoneId;
  if (typeof wanted !== "string" || wanted === "") {
    throw localError("DMM_LOCAL_INVOKE_ARGUMENT", {
      token,
      argument: "name",
      reason: "is missing; give the domain of the zone.",
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
export function hostedZoneIdOf(domain: string): string {
  return `Z${createHash("sha256").update(domain).digest("hex").slice(0, 20).toUpperCase()}`;
}

function randomPassword(region: Region, args: Properties, token: string): Properties {
  try {
    return { id: "password", region: region.name, randomPassword: wrapSecret(makePassword(args)) };
  } catch (error) {
    const reason = (error as Error).message;
    throw localError("DMM_LOCAL_INVOKE_ARGUMENT", { token, argument: "passwordLength", reason }, error);
  }
}
