import { AwsError } from "../operation.ts";
import { nameRules } from "./documented-names.ts";
import { sizeRules } from "./documented-sizes.ts";
import type { ModeledService } from "./model.ts";

/** What a service refuses by a rule of its API reference; undefined where nothing is refused. */
export function documentedRefusal(
  service: ModeledService,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): AwsError | undefined {
  const rules = [nameRules, sizeRules].flatMap((table) => table[service]?.[operation] ?? []);
  for (const { member, allowed, code, message } of rules) {
    const value = input[member];
    if (typeof value === "string" && !allowed.test(value)) return new AwsError(code, message(value));
  }
  return undefined;
}
