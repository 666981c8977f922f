import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The declarations of an image for its container runtime, from the last stage of its Dockerfile. */
export interface ImageDeclaration {
  /** `ENV`: every container has these variables unless its task definition sets them. */
  readonly environment: Readonly<Record<string, string>>;
  /** `WORKDIR`: the folder that holds the content. */
  readonly workingDirectory: string;
}

/** Reads the declaration of the image that is built in this folder. Line continuations are joined; nothing is expanded. */
export function readDeclaration(folder: string): ImageDeclaration {
  const text = readFileSync(join(folder, "Dockerfile"), "utf8").replace(/\\\n/g, " ");
  const lines = text.split("\n");
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));
  return {
    environment: Object.fromEntries(argumentsOf(last, "ENV").flatMap(readVariables)),
    workingDirectory: argumentsOf(last, "WORKDIR").at(-1) ?? "/",
  };
}

function argumentsOf(lines: readonly string[], instruction: string): readonly string[] {
  return lines
    .filter((line) => line.startsWith(`${instruction} `))
    .map((line) => line.slice(instruction.length).trim());
}

/** `A=1 B=2`, without quotes. */
function readVariables(words: string): readonly (readonly [string, string])[] {
  return words.split(/\s+/).map((word) => {
    const equals = word.indexOf("=");
    return [word.slice(0, equals), word.slice(equals + 1)] as const;
  });
}
