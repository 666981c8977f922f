import { Server } from "@grpc/grpc-js";
import languageServer from "@pulumi/pulumi/automation/server.js";
import language from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { bind } from "./events.ts";

/** A Pulumi program: declares resources and returns the stack's outputs. */
export type Program = () => Promise<unknown>;

/** The program offered to the engine, like an inline program of the Automation API. */
export interface ProgramHost {
  /** Value of the engine's `--client`. */
  readonly address: string;
  close(): void;
}

interface LanguageServer {
  onPulumiExit(hasError: boolean): void;
}

/** The SDK's own language runtime, which its `up()` uses too but does not export; the version is pinned. */
const { LanguageServer } = languageServer as unknown as {
  LanguageServer: new (program: Program) => LanguageServer;
};

export async function hostProgram(program: Program): Promise<ProgramHost> {
  const server = new Server();
  server.addService(language.LanguageRuntimeService, new LanguageServer(program) as never);
  const port = await bind(server);
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
