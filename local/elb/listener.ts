import { randomBytes } from "node:crypto";
import { AwsError } from "../operation.ts";
import type { Region } from "../region.ts";
import type { Properties, Resource } from "../resource.ts";
import type { CheckFailure, CreateRequest, ResourceHandler } from "../resource-handler.ts";
import { flagOf, numberOf, objectOf, textOf } from "../values.ts";
import { validateActions } from "./actions.ts";
import { findBalancer } from "./balancer-registry.ts";
import { validateConditions } from "./conditions.ts";
import { tlsPolicies } from "./tls.ts";
import { types } from "./types.ts";

/** A port of a load balancer: a frontend of its HAProxy. */
export const listener: ResourceHandler = {
  type: types.listener,
  inputs: [
    "loadBalancerArn",
    "port",
    "protocol",
    "sslPolicy",
    "certificateArn",
    "mutualAuthentication",
    "defaultActions",
    // Stored for the APIs.
    "tags",
  ],
  replaceOn: ["loadBalancerArn"],
  computed: ["arn"],
  deleteBeforeReplace: true,
  defaults: (inputs) => ({
    protocol: "HTTP",
    ...(inputs.protocol === "HTTPS" &&
      inputs.sslPolicy === undefined && { sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" }),
  }),
  validate: validateListener,
  async create(region, request) {
    const balancerArn = textOf(request.inputs, "loadBalancerArn") ?? "";
    const port = numberOf(request.inputs, "port");
    const same = (other: Resource) =>
      other.inputs.loadBalancerArn === balancerArn && other.inputs.port === port;
    if (region.resources.find(types.listener, same))
      throw new AwsError("DuplicateListener", `A listener already exists on port ${port}`);
    const path = balancerArn.replace(":loadbalancer/", ":listener/");
    return await createPart(region, types.listener, {
      request,
      balancerArn,
      arn: `${path}/${randomBytes(8).toString("hex")}`,
    });
  },
  async update(region, resource, inputs) {
    return await updatePart(region, resource, { inputs, balancerArn: textOf(inputs, "loadBalancerArn") });
  },
  async delete(region, resource) {
    // Its rules are deleted with it, as on AWS.
    for (const rule of region.resources.all(types.listenerRule)) {
      if (rule.inputs.listenerArn === resource.id) region.resources.remove(rule.type, rule.id);
    }
    await deletePart(region, resource, textOf(resource.inputs, "loadBalancerArn"));
  },
  async restore(region, resource) {
    await findBalancer(region, textOf(resource.inputs, "loadBalancerArn"))?.apply();
  },
};

/** A rule of a listener; the matching one with the lowest priority number decides. */
export const listenerRule: ResourceHandler = {
  type: types.listenerRule,
  inputs: ["listenerArn", "priority", "conditions", "actions", "tags"],
  replaceOn: ["listenerArn"],
  computed: ["arn"],
  deleteBeforeReplace: true,
  validate: (inputs) => [
    ...validateConditions(inputs),
    ...validateActions(inputs, "actions"),
    ...(inputs.priority === undefined ? [{ property: "priority", reason: "it is required here." }] : []),
  ],
  async create(region, request) {
    const listenerArn = textOf(request.inputs, "listenerArn") ?? "";
    const priority = numberOf(request.inputs, "priority");
    const same = (other: Resource) =>
      other.inputs.listenerArn === listenerArn && numberOf(other.inputs, "priority") === priority;
    if (region.resources.find(types.listenerRule, same))
      throw new AwsError("PriorityInUse", `Priority '${priority}' is currently in use`);
    const owner = region.resources.get(types.listener, listenerArn);
    if (!owner) throw new AwsError("ListenerNotFound", `One or more listeners not found: ${listenerArn}`);
    const arn = `${listenerArn.replace(":listener/", ":listener-rule/")}/${randomBytes(8).toString("hex")}`;
    return await createPart(region, types.listenerRule, {
      request,
      balancerArn: textOf(owner.inputs, "loadBalancerArn"),
      arn,
    });
  },
  async update(region, resource, inputs) {
    return await updatePart(region, resource, { inputs, balancerArn: balancerArnOfRule(region, resource) });
  },
  async delete(region, resource) {
    await deletePart(region, resource, balancerArnOfRule(region, resource));
  },
  async restore(region, resource) {
    await findBalancer(region, balancerArnOfRule(region, resource))?.apply();
  },
};

function balancerArnOfRule(region: Region, rule: Resource): string | undefined {
  const owner = region.resources.get(types.listener, textOf(rule.inputs, "listenerArn") ?? "");
  return owner && textOf(owner.inputs, "loadBalancerArn");
}

/** Stores a listener or rule and applies it to its load balancer; if that fails it is not kept. */
async function createPart(
  region: Region,
  type: string,
  {
    request,
    balancerArn,
    arn,
  }: { readonly request: CreateRequest; readonly balancerArn: string | undefined; readonly arn: string },
) {
  const balancer = findBalancer(region, balancerArn);
  if (!balancer) throw new AwsError("LoadBalancerNotFound", `Load balancer '${balancerArn}' not found`);
  const outputs: Properties = { ...request.inputs, arn };
  region.resources.put({
    type,
    id: arn,
    urn: request.urn,
    name: request.name,
    inputs: request.inputs,
    outputs,
  });
  try {
    await balancer.apply();
  } catch (error) {
    region.resources.remove(type, arn);
    throw error;
  }
  return { id: arn, outputs };
}

async function updatePart(
  region: Region,
  resource: Resource,
  { inputs, balancerArn }: { readonly inputs: Properties; readonly balancerArn: string | undefined },
): Promise<Properties> {
  const outputs = { ...resource.outputs, ...inputs };
  region.resources.put({ ...resource, inputs, outputs });
  try {
    await findBalancer(region, balancerArn)?.apply();
  } catch (error) {
    region.resources.put(resource);
    throw error;
  }
  return outputs;
}

async function deletePart(
  region: Region,
  resource: Resource,
  balancerArn: string | undefined,
): Promise<void> {
  region.resources.remove(resource.type, resource.id);
  await findBalancer(region, balancerArn)?.apply();
}

function validateListener(inputs: Properties): readonly CheckFailure[] {
  const failures: CheckFailure[] = [...validateActions(inputs, "defaultActions")];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
  const protocol = textOf(inputs, "protocol");
  if (protocol !== undefined && protocol !== "HTTP" && protocol !== "HTTPS") {
    refuse("protocol", `it is ${protocol}; it must be HTTP or HTTPS.`);
  }
  if (protocol === "HTTPS" && inputs.certificateArn === undefined)
    refuse("certificateArn", "HTTPS needs it.");
  const policy = textOf(inputs, "sslPolicy");
  if (policy !== undefined && !(policy in tlsPolicies)) {
    refuse("sslPolicy", `it is ${policy}; honoured are ${Object.keys(tlsPolicies).join(", ")}.`);
  }
  const mutual = objectOf(inputs, "mutualAuthentication") ?? {};
  const mode = textOf(mutual, "mode");
  if (mode !== undefined && mode !== "verify" && mode !== "off") {
    refuse("mutualAuthentication.mode", `it is ${mode}; honoured are verify and off.`);
  }
  if (mode === "verify" && mutual.trustStoreArn === undefined)
    refuse("mutualAuthentication.trustStoreArn", "mode verify needs it.");
  if (flagOf(mutual, "ignoreClientCertificateExpiry") === true) {
    refuse("mutualAuthentication.ignoreClientCertificateExpiry", "only false is supported.");
  }
  return failures;
}
