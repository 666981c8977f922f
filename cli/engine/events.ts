import { Server, ServerCredentials, type ServerReadableStream, type sendUnaryData } from "@grpc/grpc-js";
import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";
import events from "@pulumi/pulumi/proto/events_grpc_pb.js";
import type { EventRequest } from "@pulumi/pulumi/proto/events_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";

/** A listener for engine events, as in the Automation API: the engine streams to it while it works. */
export interface EventListener {
  /** Value of the engine's `--event-log`. */
  readonly address: string;
  close(): void;
}

/** Starts listening; every event is passed on as it arrives. */
export async function listenForEvents(onEvent: (event: EngineEvent) => void): Promise<EventListener> {
  const server = new Server();
  server.addService(events.EventsService, {
    streamEvents(call: ServerReadableStream<EventRequest, unknown>, done: sendUnaryData<unknown>) {
      call.on("data", (request: EventRequest) => onEvent(JSON.parse(request.getEvent()) as EngineEvent));
      call.on("end", () => done(null, new empty.Empty()));
      // The engine was killed: its log has what it did not send.
      call.on("error", () => undefined);
    },
  });
  const port = await bind(server);
  return { address: `tcp://127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

/** Binds a gRPC server to a free port of 127.0.0.1. */
export function bind(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}
