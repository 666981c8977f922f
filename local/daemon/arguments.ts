import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Image, Tool, ToolName } from "../region.ts";
import { RegionError } from "./errors.ts";

export interface ServeArguments {
  readonly command: "serve";
  readonly directory: string;
  readonly network: string;
  readonly region: string;
  readonly tools: Readonly<Record<ToolName, Tool>>;
  readonly images: Readonly<Record<string, Image>>;
  /** Resources are not restored, only deleted. */
  readonly releasing: boolean;
}

export interface SweepArguments {
  readonly command: "sweep";
  readonly directory: string;
}

export interface InventoryArguments {
  readonly command: "inventory";
  readonly directory: string;
  /** Absent where it is no longer known: listeners are not searched. */
  readonly network?: string;
}

const usage = [
  "serve --directory D --network 127.N --region R --tools P.json --images I.json [--purpose teardown]",
  "sweep --directory D",
  "inventory --directory D [--network 127.N]",
].join(" | ");

const options = {
  directory: { type: "string" },
  network: { type: "string" },
  region: { type: "string" },
  tools: { type: "string" },
  images: { type: "string" },
  purpose: { type: "string" },
} as const;

const toolNames: readonly ToolName[] = [
  "haproxy",
  "redis-server",
  "mariadbd",
  "mariadb-install-db",
  "moto",
  "node",
];

/** Parses the region's command line. @throws RegionError DMM_LOCAL_ARGUMENT or DMM_LOCAL_TOOL_MISSING */
export function parseArguments(
  args: readonly string[],
): ServeArguments | SweepArguments | InventoryArguments {
  const { command, values } = parseCommandLine(args);
  const directory = resolve(required(values.directory, "--directory"));
  if (command === "sweep") return { command, directory };
  if (command === "inventory") {
    const { network } = values;
    return { command, directory, ...(network !== undefined && { network: parseNetwork(network) }) };
  }
  const network = parseNetwork(required(values.network, "--network"));
  return {
    command,
    directory,
    network,
    region: parseRegionName(required(values.region, "--region")),
    tools: parseTools(required(values.tools, "--tools")),
    images: parseImages(required(values.images, "--images")),
    releasing: parsePurpose(values.purpose),
  };
}

function parseCommandLine(args: readonly string[]) {
  const [command, ...rest] = args;
  if (command !== "serve" && command !== "sweep" && command !== "inventory") {
    throw wrong(`The command is ${command ?? "missing"}; it must be serve, sweep or inventory.`);
  }
  try {
    return { command, values: parseArgs({ args: rest, options, strict: true }).values } as const;
  } catch (cause) {
    throw wrong((cause as Error).message);
  }
}

function wrong(problem: string): RegionError {
  return new RegionError("DMM_LOCAL_ARGUMENT", { problem, hint: `Usage: ${usage}` });
}

function required(value: string | undefined, option: string): string {
  if (value === undefined || value === "") throw wrong(`${option} is missing.`);
  return value;
}

function parseNetwork(value: string): string {
  const second = /^127\.(\d{1,3})$/.exec(value)?.[1];
  if (second === undefined || Number(second) < 1 || Number(second) > 254) {
    throw wrong(`--network is ${value}; it must be 127.1 to 127.254.`);
  }
  return value;
}

function parseRegionName(value: string): string {
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(value))
    throw wrong(`--region is ${value}; it must look like eu-west-1.`);
  return value;
}

function parsePurpose(value: string | undefined): boolean {
  if (value !== undefined && value !== "teardown")
    throw wrong(`--purpose is ${value}; it can only be teardown.`);
  return value === "teardown";
}

function readJson(file: string, option: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (cause) {
    throw wrong(`${option} ${file} cannot be read: ${(cause as Error).message}.`);
  }
  throw wrong(`${option} ${file} must hold one JSON object.`);
}

function parseTools(file: string): Readonly<Record<ToolName, Tool>> {
  const found = readJson(file, "--tools") as Record<string, Partial<Tool> | undefined>;
  const missing = toolNames.filter((name) => typeof found[name]?.command !== "string");
  if (missing.length > 0) {
    throw new RegionError("DMM_LOCAL_TOOL_MISSING", { file, missing });
  }
  const tools = toolNames.map((name) => [name, { environment: {}, ...found[name] }] as const);
  return Object.fromEntries(tools) as Record<ToolName, Tool>;
}

function parseImages(file: string): Readonly<Record<string, Image>> {
  const found = readJson(file, "--images") as Record<string, Partial<Image>>;
  for (const [name, image] of Object.entries(found)) {
    if (!Array.isArray(image?.entrypoint)) {
      throw wrong(`--images ${file} needs entrypoint for ${name}.`);
    }
    const { environment, workingDirectory } = image.declaration ?? {};
    if (typeof environment !== "object" || typeof workingDirectory !== "string") {
      throw wrong(`--images ${file} needs declaration, with environment and workingDirectory, for ${name}.`);
    }
    const { folder, workspace } = image.content ?? {};
    if (typeof folder !== "string" || typeof workspace !== "string") {
      throw wrong(`--images ${file} needs content, with folder and workspace, for ${name}.`);
    }
  }
  return found as Record<string, Image>;
}
