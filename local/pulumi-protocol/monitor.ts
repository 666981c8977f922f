import type { Properties, Value } from "../resource.ts";
import { unknown } from "./markers.ts";
import * as protocol from "./protocol.ts";

type Alias = ReturnType<
  InstanceType<typeof protocol.providerMessages.ConstructRequest>["getAliasesList"]
>[number];

/** What a component registers. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly parent?: string;
  /** Absent for a component. */
  readonly inputs?: Properties;
  /** URNs of explicit dependencies; those of single inputs are added automatically. */
  readonly dependencies?: readonly string[];
  readonly inputDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly aliases?: readonly Alias[];
}

/** Options that all resources of one component inherit. */
interface Inheritance {
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Reference of an explicit provider; empty for the default one. */
  readonly provider: string;
  readonly version: string;
}

/** A registered resource. In a preview `id` is empty and outputs may be unknown. */
export interface Registered {
  readonly urn: string;
  readonly id: string;
  readonly outputs: Properties;
}

/** The id as an input of another resource. */
export function idOf(resource: Registered): Value {
  return resource.id === "" ? unknown : resource.id;
}

/** A connection to the engine that runs the program; close it after use. */
export class ResourceMonitor {
  readonly #client: InstanceType<typeof protocol.ResourceMonitorClient>;
  readonly #inheritance: Inheritance;

  constructor(address: string, inheritance: Inheritance) {
    this.#client = new protocol.ResourceMonitorClient(
      address,
      protocol.grpc.credentials.createInsecure(),
      protocol.channelOptions,
    );
    this.#inheritance = inheritance;
  }

  /** Registers a resource or component; resolves when the engine has finished it. Rejects when it failed. */
  register(registration: Registration): Promise<Registered> {
    const request = this.#write(registration);
    return new Promise((resolve, reject) => {
      this.#client.registerResource(request, (error, response) =>
        error
          ? reject(error)
          : resolve({
              urn: response.getUrn(),
              id: response.getId(),
              outputs: protocol.readStruct(response.getObject()),
            }),
      );
    });
  }

  /** Ends a component: no more resources will be registered under it. */
  finish(urn: string): Promise<void> {
    const request = new protocol.resourceMessages.RegisterResourceOutputsRequest()
      .setUrn(urn)
      .setOutputs(protocol.writeStruct({}));
    return new Promise((resolve, reject) => {
      this.#client.registerResourceOutputs(request, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.#client.close();
  }

  #write(registration: Registration): InstanceType<typeof protocol.resourceMessages.RegisterResourceRequest> {
    const { protect, retainOnDelete, provider, version } = this.#inheritance;
    const custom = registration.inputs !== undefined;
    const byInput = Object.entries(registration.inputDependencies ?? {});
    const dependencies = [...(registration.dependencies ?? []), ...byInput.flatMap(([, urns]) => urns)];
    const request = new protocol.resourceMessages.RegisterResourceRequest()
      .setType(registration.type)
      .setName(registration.name)
      .setParent(registration.parent ?? "")
      .setCustom(custom)
      .setObject(protocol.writeStruct(registration.inputs ?? {}))
      .setDependenciesList([...new Set(dependencies)])
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSupportspartialvalues(true)
      .setAliasspecs(true)
      .setAliasesList([...(registration.aliases ?? [])]);
    if (protect) request.setProtect(true);
    if (retainOnDelete) request.setRetainondelete(true);
    if (custom && provider) request.setProvider(provider);
    if (custom && !provider) request.setVersion(version);
    for (const [input, urns] of byInput) {
      const listed = new protocol.resourceMessages.RegisterResourceRequest.PropertyDependencies();
      request.getPropertydependenciesMap().set(input, listed.setUrnsList([...urns]));
    }
    return request;
  }
}
