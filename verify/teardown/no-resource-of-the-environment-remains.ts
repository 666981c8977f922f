import { type Check, fail, inconclusive, pass } from "../check.ts";
import { contactPort } from "../client/port-contact.ts";
import type { TeardownContext } from "./context.ts";

/** On the local target the whole region must be gone; on AWS no resource may carry the environment's tag. */
export const noResourceOfTheEnvironmentRemains: Check<TeardownContext> = {
  claim: "no resource of the environment remains",
  proof: "locally the region's endpoint is gone; on AWS no resource carries the environment's tag",
  timeoutMs: 60_000,
  run: (context) => (context.before.kind === "local" ? checkRegionGone(context) : checkTagsGone(context)),
};

async function checkRegionGone(context: TeardownContext): ReturnType<Check["run"]> {
  const { endpoint } = context.before.aws;
  if (endpoint === undefined) return inconclusive("no region endpoint was recorded");
  const { hostname, port } = new URL(endpoint);
  const contact = await contactPort({
    host: hostname,
    port: Number(port),
    waitMs: 1_000,
    signal: context.signal,
  });
  context.evidence.record(
    `the region at ${endpoint}`,
    contact.outcome === "unreachable" ? contact.code : contact.outcome,
  );
  if (contact.outcome !== "unreachable") return fail(`the region still accepts connections at ${endpoint}`);
  return pass(`the region at ${endpoint} is gone, along with every resource`);
}

async function checkTagsGone(context: TeardownContext): ReturnType<Check["run"]> {
  const tagging = await context.aws.tagging();
  const { environment } = context.before;
  const arns: string[] = [];
  let token: string | undefined;
  do {
    const response = await tagging.getResources({
      TagFilters: [{ Key: "dmm:environment", Values: [environment] }],
      ...(token === undefined ? {} : { PaginationToken: token }),
    });
    arns.push(...(response.ResourceTagMappingList ?? []).flatMap((mapping) => mapping.ResourceARN ?? []));
    token = response.PaginationToken || undefined;
  } while (token !== undefined);
  context.evidence.record(`resources tagged dmm:environment=${environment}`, arns);
  if (arns.length > 0)
    return fail(`${arns.length} resources still carry the tag, among them ${arns.slice(0, 3).join(", ")}`);
  return pass(`no resource carries the tag dmm:environment=${environment}`);
}
