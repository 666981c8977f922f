import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { LocalError, renderError } from "../errors.ts";
import { serveInvoke } from "../invokes/invokes.ts";
import { admitResource } from "../models/resources/validate-resource.ts";
import { unwrapAll } from "../pulumi-protocol/markers.ts";
import * as protocol from "../pulumi-protocol/protocol.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { type CheckRequest, checkInputs } from "./check.ts";
import { checkConfiguration, defaultTagsOf } from "./configuration.ts";
import { diffInputs } from "./diff.ts";
import { driftedInputs } from "./drift.ts";
import { attempt, explain } from "./explain.ts";
import { createResource, deleteResource, findKnown, readResource, updateResource } from "./lifecycle.ts";
import { planCreated, planUpdated } from "./outputs.ts";
import * as responses from "./responses.ts";
import { protect, secretInputs } from "./secrets.ts";
import { Sessions } from "./sessions.ts";
import { settleKnown } from "./unsettled.ts";
import { nameOf, typeOf } from "./urn.ts";

type Messages = typeof protocol.providerMessages;
type Call<Name extends keyof Messages> = protocol.Call<
  Messages[Name] extends new () => infer Message ? Message : never
>;
const pb = protocol.providerMessages;

/** Implements the provider `aws` for Pulumi's engine: every type of the table, in this region. */
export function createAwsService(
  region: Region,
  handlers: readonly ResourceHandler[],
): UntypedServiceImplementation {
  const table = new Map(handlers.map((handler) => [handler.type, handler]));
  const sessions = new Sessions(region.resources);

  function find(type: string): ResourceHandler {
    const handler = table.get(type);
    if (!handler) throw new LocalError("DMM_LOCAL_TYPE_UNKNOWN", { type });
    return handler;
  }

  const methods = {
    handshake: () => responses.writeHandshake({ components: false }),
    attach: () => protocol.empty(),
    getPluginInfo: () => protocol.pluginInfo(protocol.packageVersion("@pulumi/aws")),
    diffConfig: () => responses.writeUnchanged(),

    // The engine ends every command with Cancel; the server outlives them all.
    cancel(call: protocol.Call<unknown>) {
      sessions.end(call.getPeer());
      return protocol.empty();
    },

    checkConfig({ request }: Call<"CheckRequest">) {
      const settings = protocol.readStruct(request.getNews());
      return responses.writeChecked(settings, checkConfiguration(region, settings));
    },

    configure(call: Call<"ConfigureRequest">) {
      sessions.configure(call.getPeer(), defaultTagsOf(protocol.readStruct(call.request.getArgs())));
      return responses.writeConfigured({ components: false });
    },

    check(call: Call<"CheckRequest">) {
      const { request } = call;
      const type = typeOf(request.getUrn());
      const handler = table.get(type);
      const news = protocol.readStruct(request.getNews());
      if (!handler) {
        const reason = renderError(new LocalError("DMM_LOCAL_TYPE_UNKNOWN", { type }));
        return responses.writeChecked(news, [{ property: "", reason }]);
      }
      const checked = checkInputs(region, handler, {
        urn: request.getUrn(),
        name: nameOf(request.getUrn()),
        olds: protocol.readStruct(request.getOlds()),
        news,
        ...readAutonaming(request),
        defaultTags: sessions.defaultTags(call.getPeer()),
      });
      return responses.writeChecked(checked.inputs, checked.failures);
    },

    diff({ request }: Call<"DiffRequest">) {
      const urn = request.getUrn();
      settleKnown(region.resources, urn, request.getId());
      const difference = diffInputs(find(typeOf(urn)), {
        urn,
        name: nameOf(urn),
        oldInputs: protocol.readStruct(request.getOldInputs()),
        news: protocol.readStruct(request.getNews()),
        ignoreChanges: request.getIgnorechangesList(),
      });
      return responses.writeDifference(difference);
    },

    async create(call: Call<"CreateRequest">) {
      const { request } = call;
      const urn = request.getUrn();
      const name = nameOf(urn);
      const handler = find(typeOf(urn));
      const wrapped = protocol.readStruct(request.getProperties());
      const inputs = unwrapAll(wrapped);
      const response = new pb.CreateResponse();
      const write = (outputs: Properties) => protocol.writeStruct(protect(outputs, handler, wrapped));
      if (request.getPreview()) return response.setProperties(write(planCreated(region, handler, inputs)));
      const resource = await attempt(region, "create", { type: handler.type, name }, async () => {
        admitResource({ type: handler.type, inputs, secrets: secretInputs(handler, wrapped) });
        return createResource(region, handler, { urn, name, inputs });
      });
      sessions.created(call.getPeer(), urn);
      return response.setId(resource.id).setProperties(write(resource.outputs));
    },

    async update({ request }: Call<"UpdateRequest">) {
      const urn = request.getUrn();
      const handler = find(typeOf(urn));
      const { type } = handler;
      const wrapped = protocol.readStruct(request.getNews());
      const inputs = unwrapAll(wrapped);
      const write = (outputs: Properties) =>
        new pb.UpdateResponse().setProperties(protocol.writeStruct(protect(outputs, handler, wrapped)));
      if (request.getPreview()) {
        const olds = unwrapAll(protocol.readStruct(request.getOlds()));
        return write(planUpdated(region, handler, olds, inputs));
      }
      const resource = await attempt(region, "update", { type, name: nameOf(urn) }, async () => {
        admitResource({ type, inputs, secrets: secretInputs(handler, wrapped) });
        return updateResource(region, handler, findKnown(region, type, urn, request.getId()), inputs);
      });
      return write(resource.outputs);
    },

    async read({ request }: Call<"ReadRequest">) {
      const urn = request.getUrn();
      const handler = find(typeOf(urn));
      const { type } = handler;
      settleKnown(region.resources, urn, request.getId());
      const resource = await attempt(region, "read", { type, name: nameOf(urn) }, () =>
        readResource(region, handler, request.getId()),
      );
      const response = new pb.ReadResponse();
      if (!resource) return response;
      const state = protocol.readStruct(request.getProperties());
      const stateInputs = protocol.readStruct(request.getInputs());
      const seen = driftedInputs(stateInputs, unwrapAll(state), resource.inputs, resource.outputs);
      return response
        .setId(resource.id)
        .setProperties(protocol.writeStruct(protect(resource.outputs, handler, stateInputs, state)))
        .setInputs(protocol.writeStruct(protect(seen, handler, stateInputs, state)));
    },

    async delete({ request }: Call<"DeleteRequest">) {
      const urn = request.getUrn();
      const handler = find(typeOf(urn));
      const { type } = handler;
      await attempt(region, "delete", { type, name: nameOf(urn) }, async () => {
        const resource = region.resources.get(type, request.getId());
        if (resource) await deleteResource(region, handler, resource);
      });
      return protocol.empty();
    },

    invoke({ request }: Call<"InvokeRequest">) {
      return responses.writeInvoked(
        serveInvoke(region, request.getTok(), unwrapAll(protocol.readStruct(request.getArgs()))),
      );
    },
  };
  return Object.fromEntries(
    Object.entries(methods).map(([name, respond]) => [
      name,
      protocol.unary(respond as (call: protocol.Call<unknown>) => unknown, (error) => explain(region, error)),
    ]),
  );
}

function readAutonaming(request: Call<"CheckRequest">["request"]): Pick<CheckRequest, "autonaming"> {
  const options = request.getAutonaming();
  if (!options) return {};
  const { DISABLE, ENFORCE } = pb.CheckRequest.AutonamingOptions.Mode;
  const mode = options.getMode();
  const proposedName = options.getProposedName();
  return {
    autonaming: {
      mode: mode === DISABLE ? "disable" : mode === ENFORCE ? "enforce" : "propose",
      proposedName,
    },
  };
}
