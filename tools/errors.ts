import { type Catalogue, errorsOf } from "../errors/expected-error.ts";
import type { MissingTool } from "./tool.ts";

/** A bundle for which every way failed. */
export interface Unobtained {
  /** `redis-server (7.0 or newer, below 8)`, one for each tool. */
  readonly wanted: readonly string[];
  readonly attempts: readonly { readonly way: string; readonly error: unknown }[];
  readonly byHand: string;
}

/** Documented in docs/errors/tools.md, together with two that the launcher raises: it has no Node to run this file. */
const toolErrors = {
  DMM_TOOLS_READONLY: (v: { folder: string; reason: unknown }) => ({
    message: `${v.folder} is not writable: ${explain(v.reason)}`,
    hint: "Make it writable, or set DMM_ENV_TOOLCHAIN to a folder that is.",
  }),
  DMM_TOOLS_MISSING: (v: { missing: readonly MissingTool[] }) => ({
    message: `Missing on this machine: ${v.missing.map(({ name, wanted }) => `${name} (${wanted})`).join(", ")}.`,
    hint: "Download the missing tools: dmm-env setup. See what was found: dmm-env doctor",
  }),
  DMM_TOOLS_UNOBTAINABLE: (v: { bundles: readonly Unobtained[]; toolchain: string }) => ({
    message: `Tools are missing and could not be obtained.\n${v.bundles.map(renderUnobtained).join("\n")}`,
    hint:
      "Make one of these sources reachable and run dmm-env setup again; it continues where it stopped. " +
      `Without a network, copy ${v.toolchain} from another machine to the same path here.`,
  }),
  DMM_TOOLS_PLATFORM: (v: { problem: string }) => ({ message: v.problem, hint: "Put the programs on PATH." }),
  DMM_TOOLS_COMMAND: (v: { command: string; printed: string } | { missing: string }) =>
    "missing" in v
      ? { message: `${v.missing} is not on PATH`, hint: `Install ${v.missing}.` }
      : {
          message: `${v.command} failed: ${v.printed}`,
          hint: "Run the command manually to see its full output.",
        },
  DMM_TOOLS_UNREACHABLE: (v: { url: string; reason: string }) => ({
    message: `${v.url} could not be downloaded: ${v.reason}`,
    hint: "Check the network and the proxy variables (HTTPS_PROXY, NO_PROXY).",
  }),
  DMM_TOOLS_CHECKSUM: (v: { url: string; expected: string; actual: string }) => ({
    message: `${v.url} has the SHA-256 ${v.actual}; it must be ${v.expected}`,
    hint: "Try again; if the checksum is still wrong, do not trust the source.",
  }),
  DMM_TOOLS_CHECK: (v: { problem: string }) => ({
    message: v.problem,
    hint: "Put the program on PATH instead.",
  }),
  DMM_TOOLS_DISK: (v: { folder: string; freeBytes: number; neededBytes: number }) => ({
    message: `${v.folder} has ${renderMebibytes(v.freeBytes)} free; ${renderMebibytes(v.neededBytes)} are required`,
    hint: "Free some space, or set DMM_ENV_TOOLCHAIN to a folder on another disk.",
  }),
} as const satisfies Catalogue;

/** A tool that is missing, or that could not be obtained. */
export class ToolError extends errorsOf("ToolError", toolErrors) {}

/** Each missing tool, what was tried and why it failed, and what an operator can do by hand. */
function renderUnobtained({ wanted, attempts, byHand }: Unobtained): string {
  const tried = attempts.map(({ way, error }) => `    ${way}: ${explain(error)}`);
  return [`  ${wanted.join(", ")}`, ...tried, `    by hand: ${byHand}`].join("\n");
}

function renderMebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`;
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
