import { loadOperations } from "../../operations.ts";
import { s3OperationNames } from "../../s3/api.ts";
import { isModeled, type ModeledService } from "../model.ts";
import { resourceMappings } from "../resources/index.ts";

/** Services of which every operation may arrive, because moto serves those that the region does not. */
const whole: readonly ModeledService[] = ["logs", "monitoring", "sns"];

type Selection = ReadonlyMap<ModeledService, ReadonlySet<string> | "all">;

/** The operations that need a model: those that the endpoint serves and those that create resources. */
export async function selectOperations(): Promise<Selection> {
  const selected = new Map<ModeledService, Set<string> | "all">(whole.map((service) => [service, "all"]));
  for (const [service, table] of await loadOperations()) {
    if (!isModeled(service))
      throw new Error(`${service} is served by the region and has no model in local/models/model.ts`);
    if (!selected.has(service)) selected.set(service, new Set(Object.keys(table)));
  }
  selected.set("s3", new Set(s3OperationNames));
  for (const { service, requests } of Object.values(resourceMappings)) {
    const names = selected.get(service) ?? new Set();
    if (names === "all") continue;
    for (const { operation } of requests) names.add(operation);
    selected.set(service, names);
  }
  return selected;
}
