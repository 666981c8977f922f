import { createRequire } from "node:module";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { execa } from "execa";

const root = join(import.meta.dirname, "..", "..");
// Pulumi's stubs and their google-protobuf, in Pulumi's own copies.
const require = createRequire(join(root, "node_modules", "@pulumi", "pulumi", "package.json"));
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb.js");
const messages = require("@pulumi/pulumi/proto/language_pb.js");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb.js");

/**
 * Stands in for `pulumi-language-nodejs`, which is part of Pulumi's download: it starts the SDK's own runner with
 * the same arguments and variables, as `Pulumi.yaml` requires (`typescript: false`).
 */
export async function startLanguageHost(): Promise<{ readonly port: number; close(): void }> {
  const server = new grpc.Server();
  server.addService(LanguageRuntimeService, {
    handshake: respond(() => new messages.LanguageHandshakeResponse()),
    getRequiredPlugins: respond(() => new messages.GetRequiredPluginsResponse()),
    getRequiredPackages: respond(() => new messages.GetRequiredPackagesResponse()),
    getPluginInfo: respond(() => new PluginInfo()),
    run: (call: { request: RunRequest }, callback: (error: null, response: unknown) => void) => {
      void runProgram(call.request).then((end) => {
        const response = new messages.RunResponse();
        if (end !== 0) response.setError(`the program ended with ${end}`);
        callback(null, response);
      });
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { port, close: () => server.forceShutdown() };
}

function respond(create: () => unknown) {
  return (_call: unknown, callback: (error: null, response: unknown) => void) => callback(null, create());
}

interface RunRequest {
  getMonitorAddress(): string;
  getArgsList(): readonly string[];
  getOrganization(): string;
  getProject(): string;
  getStack(): string;
  getPwd(): string;
  getParallel(): number;
  getDryrun(): boolean;
  getConfigMap(): { entries(): Iterable<readonly [string, string]> };
  getInfo(): { getProgramDirectory(): string; getEntryPoint(): string };
}

/** Its exit code, or the signal that ended it. */
async function runProgram(request: RunRequest): Promise<number | string | undefined> {
  const info = request.getInfo();
  const runner = join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run", "index.js");
  const options = {
    monitor: request.getMonitorAddress(),
    engine: request.getArgsList()[0] ?? "",
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  if (request.getDryrun()) flags.push("--dry-run");
  const { exitCode, signal } = await execa(process.execPath, [runner, ...flags, info.getEntryPoint()], {
    cwd: info.getProgramDirectory(),
    env: {
      PULUMI_NODEJS_TYPESCRIPT: "false",
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
      PULUMI_CONFIG_SECRET_KEYS: "[]",
    },
    stdio: "ignore",
    reject: false,
  });
  return exitCode ?? signal;
}
