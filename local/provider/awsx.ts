import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { VpcArgumentsError } from "../awsx-vpc/arguments.ts";
import { type ConstructRequest, constructVpc, vpcType } from "../awsx-vpc/component.ts";
import { LocalError } from "../errors.ts";
import { flattenOutputs } from "../pulumi-protocol/markers.ts";
import { ResourceMonitor } from "../pulumi-protocol/monitor.ts";
import * as protocol from "../pulumi-protocol/protocol.ts";
import type { Region } from "../region.ts";
import type { Properties } from "../resource.ts";
import { explain } from "./explain.ts";
import * as responses from "./responses.ts";

const pb = protocol.providerMessages;
type ConstructMessage = InstanceType<typeof pb.ConstructRequest>;

/**
 * Implements the provider `awsx` for Pulumi's engine: the one component that the program uses. It registers its
 * children directly with the calling engine, without Pulumi's SDK, whose settings are global to a process.
 */
export function createAwsxService(region: Region): UntypedServiceImplementation {
  /** Engines by connection: logs of one must not reach another. */
  const engines = new Map<string, string>();
  const methods = {
    handshake(call: protocol.Call<InstanceType<typeof pb.ProviderHandshakeRequest>>) {
      engines.set(call.getPeer(), call.request.getEngineAddress());
      return responses.writeHandshake({ components: true });
    },
    attach(call: protocol.Call<{ getAddress(): string }>) {
      engines.set(call.getPeer(), call.request.getAddress());
      return protocol.empty();
    },
    getPluginInfo: () => protocol.pluginInfo(protocol.packageVersion("@pulumi/awsx")),
    checkConfig: ({ request }: protocol.Call<InstanceType<typeof pb.CheckRequest>>) =>
      responses.writeChecked(protocol.readStruct(request.getNews()), []),
    diffConfig: () => responses.writeUnchanged(),
    configure: () => responses.writeConfigured({ components: true }),
    // The engine ends every command with Cancel; the server outlives them all. After a failed resource it closes
    // the connection, whatever a construction would still respond, and prints that as an error of the component.
    cancel(call: protocol.Call<unknown>) {
      engines.delete(call.getPeer());
      return protocol.empty();
    },
    construct(call: protocol.Call<ConstructMessage>) {
      return construct(region, call.request, engines.get(call.getPeer()));
    },
  };
  return Object.fromEntries(
    Object.entries(methods).map(([name, respond]) => [
      name,
      protocol.unary(respond as (call: protocol.Call<unknown>) => unknown, (error) =>
        error instanceof VpcArgumentsError ? protocol.invalidInputs(error.failures) : explain(region, error),
      ),
    ]),
  );
}

async function construct(
  region: Region,
  request: ConstructMessage,
  engine: string | undefined,
): Promise<InstanceType<typeof pb.ConstructResponse>> {
  const type = request.getType();
  if (type !== vpcType) throw new LocalError("DMM_LOCAL_COMPONENT_UNKNOWN", { type, allowed: [vpcType] });
  const monitor = new ResourceMonitor(request.getMonitorendpoint(), {
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    provider: request.getProvidersMap().get("aws") ?? "",
    version: protocol.packageVersion("@pulumi/aws"),
  });
  try {
    const made = await constructVpc(region, monitor, readRequest(request, engine));
    const state = Object.entries(made.outputs).map(([name, { value }]) => [name, value] as const);
    const response = new pb.ConstructResponse()
      .setUrn(made.urn)
      .setState(protocol.writeStruct(Object.fromEntries(state)));
    for (const [name, { from }] of Object.entries(made.outputs)) {
      const listed = new pb.ConstructResponse.PropertyDependencies();
      response.getStatedependenciesMap().set(name, listed.setUrnsList(from.map(({ urn }) => urn)));
    }
    return response;
  } finally {
    monitor.close();
  }
}

function readRequest(request: ConstructMessage, engine: string | undefined): ConstructRequest {
  const dependencies = [...request.getInputdependenciesMap().entries()].map(
    ([input, listed]) => [input, listed.getUrnsList()] as const,
  );
  return {
    name: request.getName(),
    inputs: flattenOutputs(protocol.readStruct(request.getInputs())) as Properties,
    inputDependencies: Object.fromEntries(dependencies),
    options: {
      parent: request.getParent(),
      aliases: request.getAliasesList(),
      dependencies: request.getDependenciesList(),
    },
    warn: (message, urn) => (engine ? protocol.logWarning(engine, message, urn) : Promise.resolve()),
  };
}
