import type { MissingPart } from "./part.ts";

/** docs/errors/tools.md explains each. The launcher raises the first two itself: it has no Node to run this file. */
export type ToolErrorCode =
  | "DMM_TOOLS_NODE"
  | "DMM_TOOLS_NPM"
  | "DMM_TOOLS_READONLY"
  | "DMM_TOOLS_MISSING"
  | "DMM_TOOLS_UNOBTAINABLE"
  | "DMM_TOOLS_PLATFORM"
  | "DMM_TOOLS_COMMAND"
  | "DMM_TOOLS_UNREACHABLE"
  | "DMM_TOOLS_CHECKSUM"
  | "DMM_TOOLS_CHECK"
  | "DMM_TOOLS_DISK";

/** A part that is missing, or that could not be obtained. */
export class ToolError extends Error {
  readonly code: ToolErrorCode;
  /** The next command or edit. */
  readonly hint: string;
  constructor(
    code: ToolErrorCode,
    message: string,
    options: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = "ToolError";
    this.code = code;
    this.hint = options.hint;
  }
}

/** Something is missing and nobody tried to obtain it. */
export function partsMissing(missing: readonly MissingPart[]): ToolError {
  const named = missing.map(({ name, wanted }) => `${name} (${wanted})`).join(", ");
  return new ToolError("DMM_TOOLS_MISSING", `Missing on this machine: ${named}.`, {
    hint: "Download the missing tools: dmm-env setup. See what was found: dmm-env doctor",
  });
}

/** A bundle for which every way failed. */
export interface Unobtained {
  /** `redis-server (7.0 or newer, below 8)`, one for each part. */
  readonly wanted: readonly string[];
  readonly attempts: readonly { readonly way: string; readonly error: unknown }[];
  readonly byHand: string;
}

/** Names each missing part, what was tried for it and why that failed, and what an operator can do by hand. */
export function unobtainable(bundles: readonly Unobtained[], toolchain: string): ToolError {
  const blocks = bundles.map(({ wanted, attempts, byHand }) => {
    const tried = attempts.map(({ way, error }) => `    ${way}: ${explain(error)}`);
    return [`  ${wanted.join(", ")}`, ...tried, `    by hand: ${byHand}`].join("\n");
  });
  return new ToolError(
    "DMM_TOOLS_UNOBTAINABLE",
    `Tools are missing and could not be obtained.\n${blocks.join("\n")}`,
    {
      hint:
        "Make one of these sources reachable and run dmm-env setup again; it continues where it stopped. " +
        `Without a network, copy ${toolchain} from another machine to the same path here.`,
      cause: bundles[0]?.attempts.at(-1)?.error,
    },
  );
}

/** This way does not exist on this machine. */
export function unsupportedPlatform(message: string): ToolError {
  return new ToolError("DMM_TOOLS_PLATFORM", message, { hint: "Put the programs on PATH." });
}

/** `printed` are the last lines that the command said. */
export function commandFailed(command: string, printed: string, cause: unknown): ToolError {
  return new ToolError("DMM_TOOLS_COMMAND", `${command} failed: ${printed}`, {
    hint: "Run the command manually to see its full output.",
    cause,
  });
}

export function commandMissing(command: string): ToolError {
  return new ToolError("DMM_TOOLS_COMMAND", `${command} is not on PATH`, { hint: `Install ${command}.` });
}

export function unreachable(url: string, reason: string, cause?: unknown): ToolError {
  return new ToolError("DMM_TOOLS_UNREACHABLE", `${url} could not be downloaded: ${reason}`, {
    hint: "Check the network and the proxy variables (HTTPS_PROXY, NO_PROXY).",
    cause,
  });
}

export function wrongChecksum(
  url: string,
  sums: { readonly expected: string; readonly actual: string },
): ToolError {
  return new ToolError(
    "DMM_TOOLS_CHECKSUM",
    `${url} has the SHA-256 ${sums.actual}; it must be ${sums.expected}`,
    {
      hint: "Try again; if the checksum is still wrong, do not trust the source.",
    },
  );
}

/** What was obtained does not work here. */
export function checkFailed(message: string): ToolError {
  return new ToolError("DMM_TOOLS_CHECK", message, { hint: "Put the program on PATH instead." });
}

export function diskTooSmall(
  folder: string,
  sizes: { readonly free: number; readonly needed: number },
): ToolError {
  const mebibytes = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MiB`;
  const message = `${folder} has ${mebibytes(sizes.free)} free; ${mebibytes(sizes.needed)} are required`;
  return new ToolError("DMM_TOOLS_DISK", message, {
    hint: "Free some space, or set DMM_ENV_TOOLCHAIN to a folder on another disk.",
  });
}

export function notWritable(folder: string, cause: unknown): ToolError {
  return new ToolError("DMM_TOOLS_READONLY", `${folder} is not writable: ${explain(cause)}`, {
    hint: "Make it writable, or set DMM_ENV_TOOLCHAIN to a folder that is.",
    cause,
  });
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
