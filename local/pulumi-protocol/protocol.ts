import { createRequire } from "node:module";
import type {
  Metadata,
  ServerUnaryCall,
  ServiceError,
  sendUnaryData,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { Properties, Value } from "../resource.ts";
import type { CheckFailure } from "../resource-handler.ts";

/**
 * The only module that uses the stubs generated from Pulumi's protocol, which carry no promise of stability. They
 * are CommonJS and bundle their own google-protobuf; a message only accepts structs of that copy.
 */
const require = createRequire(import.meta.url);
const requireBesideStubs = createRequire(require.resolve("@pulumi/pulumi/package.json"));

export const grpc: typeof import("@grpc/grpc-js") = require("@grpc/grpc-js");
export const providerMessages: typeof import("@pulumi/pulumi/proto/provider_pb.js") = require("@pulumi/pulumi/proto/provider_pb");
export const resourceMessages: typeof import("@pulumi/pulumi/proto/resource_pb.js") = require("@pulumi/pulumi/proto/resource_pb");
const engineMessages: typeof import("@pulumi/pulumi/proto/engine_pb.js") = require("@pulumi/pulumi/proto/engine_pb");
const {
  PluginInfo,
}: typeof import("@pulumi/pulumi/proto/plugin_pb.js") = require("@pulumi/pulumi/proto/plugin_pb");
const {
  InputPropertiesError,
}: typeof import("@pulumi/pulumi/proto/errors_pb.js") = require("@pulumi/pulumi/proto/errors_pb");
const {
  Status,
}: typeof import("@pulumi/pulumi/proto/status_pb.js") = require("@pulumi/pulumi/proto/status_pb");
const { Any }: typeof import("google-protobuf/google/protobuf/any_pb.js") = requireBesideStubs(
  "google-protobuf/google/protobuf/any_pb.js",
);
const { Empty }: typeof import("google-protobuf/google/protobuf/empty_pb.js") = requireBesideStubs(
  "google-protobuf/google/protobuf/empty_pb.js",
);
const { Struct }: typeof import("google-protobuf/google/protobuf/struct_pb.js") = requireBesideStubs(
  "google-protobuf/google/protobuf/struct_pb.js",
);
export const { ResourceProviderService }: typeof import("@pulumi/pulumi/proto/provider_grpc_pb.js") =
  require("@pulumi/pulumi/proto/provider_grpc_pb");
export const { ResourceMonitorClient }: typeof import("@pulumi/pulumi/proto/resource_grpc_pb.js") =
  require("@pulumi/pulumi/proto/resource_grpc_pb");
export const { EngineClient }: typeof import("@pulumi/pulumi/proto/engine_grpc_pb.js") =
  require("@pulumi/pulumi/proto/engine_grpc_pb");

/** Pulumi's engine sends messages of up to 400 MB. */
export const channelOptions = { "grpc.max_receive_message_length": 400 * 1024 * 1024 } as const;

type Struct = InstanceType<typeof Struct>;
export type Call<Request> = Pick<ServerUnaryCall<Request, unknown>, "request" | "getPeer">;

/** A gRPC failure; the engine prints `details`. */
export interface RpcFailure {
  readonly code: number;
  readonly details: string;
  readonly metadata?: Metadata;
}

/** The version of a package of the toolchain: `packageVersion("@pulumi/aws")`. */
export function packageVersion(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version;
}

export function empty(): InstanceType<typeof Empty> {
  return new Empty();
}

export function pluginInfo(version: string): InstanceType<typeof PluginInfo> {
  return new PluginInfo().setVersion(version);
}

export function readStruct(struct: Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

export function writeStruct(properties: Properties): Struct {
  return Struct.fromJavaScript(withoutUndefined(properties) as Parameters<typeof Struct.fromJavaScript>[0]);
}

/** Structs support null but not undefined. */
function withoutUndefined(value: Value | undefined): Value {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutUndefined(item)]),
  );
}

/**
 * Turns a function from request to response into a gRPC handler; `explain` converts any error to one that the
 * engine can print.
 */
export function unary<Request, Response>(
  respond: (call: Call<Request>) => Promise<Response> | Response,
  explain: (error: unknown) => RpcFailure,
): (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void {
  return (call, callback) => {
    Promise.resolve(call)
      .then(respond)
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(explain(error) as Partial<ServiceError>),
      );
  };
}

/** A gRPC server on a random loopback port, and how to end it. */
export async function listen(
  service: UntypedServiceImplementation,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = new grpc.Server(channelOptions);
  server.addService(ResourceProviderService, service);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    async close() {
      server.forceShutdown();
    },
  };
}

/** A failure that names each input; the engine prints one line per property. */
export function invalidInputs(failures: readonly CheckFailure[]): RpcFailure {
  const code = grpc.status.INVALID_ARGUMENT;
  const inputs = new InputPropertiesError();
  for (const { property, reason } of failures) {
    inputs.addErrors(new InputPropertiesError.PropertyError().setPropertyPath(property).setReason(reason));
  }
  const details = new Any();
  details.pack(inputs.serializeBinary(), "pulumirpc.InputPropertiesError");
  const status = new Status().setCode(code);
  status.addDetails(details);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code, details: "", metadata };
}

/** Shows a warning among the diagnostics of the command that this engine runs. */
export async function logWarning(engine: string, message: string, urn: string): Promise<void> {
  const client = new EngineClient(engine, grpc.credentials.createInsecure(), channelOptions);
  const request = new engineMessages.LogRequest()
    .setSeverity(engineMessages.LogSeverity.WARNING)
    .setMessage(message)
    .setUrn(urn);
  try {
    await new Promise<void>((resolve, reject) =>
      client.log(request, (error) => (error ? reject(error) : resolve())),
    );
  } finally {
    client.close();
  }
}
