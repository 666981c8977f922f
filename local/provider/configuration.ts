import { LocalError, renderError } from "../errors.ts";
import { isUnknown, unwrapAll } from "../pulumi-protocol/markers.ts";
import type { Region } from "../region.ts";
import type { Properties, Value } from "../resource.ts";
import type { CheckFailure } from "../resource-handler.ts";

/** Settings for connecting to AWS or skipping its checks; the local region ignores all of them. */
const reach = [
  "profile",
  "maxRetries",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
];
const honoured = ["region", "defaultTags", "allowedAccountIds", "forbiddenAccountIds"];
const allowed = [...honoured, ...reach];

/** All problems of the provider's settings (`aws:…` in the stack's configuration). */
export function checkConfiguration(region: Region, given: Properties): readonly CheckFailure[] {
  const settings = unwrapAll(given);
  const failures: CheckFailure[] = Object.keys(settings)
    .filter((property) => property !== "version" && !property.startsWith("__") && !allowed.includes(property))
    .map((property) => ({
      property,
      reason: renderError(new LocalError("DMM_LOCAL_CONFIGURATION_UNKNOWN", { property, allowed })),
    }));
  return [...failures, ...checkRegion(region, settings.region), ...checkAccount(region, settings)];
}

function checkRegion(region: Region, given: Value | undefined): readonly CheckFailure[] {
  if (given === region.name || isUnknown(given)) return [];
  const expected = region.name;
  const error = given
    ? new LocalError("DMM_LOCAL_REGION_OTHER", { region: String(given), expected })
    : new LocalError("DMM_LOCAL_REGION_MISSING", { expected });
  return [{ property: "region", reason: renderError(error) }];
}

function checkAccount(region: Region, settings: Properties): readonly CheckFailure[] {
  const permitted = parseSetting(settings.allowedAccountIds);
  const refused = parseSetting(settings.forbiddenAccountIds);
  const failures: CheckFailure[] = [];
  const reason = `the local region is account ${region.accountId}.`;
  if (Array.isArray(permitted) && !permitted.includes(region.accountId)) {
    failures.push(invalid("allowedAccountIds", permitted, reason));
  }
  if (Array.isArray(refused) && refused.includes(region.accountId)) {
    failures.push(invalid("forbiddenAccountIds", refused, reason));
  }
  return failures;
}

function invalid(property: string, value: Value, reason: string): CheckFailure {
  const error = new LocalError("DMM_LOCAL_CONFIGURATION_INVALID", {
    property,
    value: JSON.stringify(value),
    reason,
  });
  return { property, reason: renderError(error) };
}

/** The tags that the provider adds to every resource. */
export function defaultTagsOf(given: Properties): Properties {
  const setting = parseSetting(unwrapAll(given).defaultTags);
  const tags =
    typeof setting === "object" && setting !== null && !Array.isArray(setting) ? setting.tags : undefined;
  return typeof tags === "object" && tags !== null && !Array.isArray(tags) ? tags : {};
}

/** The engine passes every provider setting that is not a string as JSON in a string. */
function parseSetting(value: Value | undefined): Value | undefined {
  if (typeof value !== "string" || isUnknown(value)) return value;
  try {
    return JSON.parse(value) as Value;
  } catch {
    return value;
  }
}
