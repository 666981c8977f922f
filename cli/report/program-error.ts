import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { OperatorError } from "../errors.ts";
import { checkout } from "../home.ts";

/** Location of an error in the Pulumi program. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

const program = join(checkout, "stacks");

/**
 * An unintended error in the Pulumi program: a syntax error, a missing module, a TypeError. `text` is its message
 * with the stack, as Node or the engine prints it. Undefined if it did not arise in the program.
 */
export function explainProgramError(text: string, cause?: unknown): OperatorError | undefined {
  const place = locate(text);
  if (place === undefined) return undefined;
  const { file, line, column } = place;
  const where = `${relative(checkout, file)}:${line}${column === undefined ? "" : `:${column}`}`;
  const problem = `${readProblem(text)} at ${where}${renderFrame(place)}`;
  return new OperatorError("DMM_PROGRAM_BROKEN", { problem }, cause);
}

/** Node puts `file:line` before what it cannot parse, and names the importer of what it cannot find. */
function locate(text: string): Place | undefined {
  const parsed = /^(\S.*\.ts):(\d+)$/m.exec(text);
  const frames = [...text.matchAll(/(?:\(|at (?:async )?)((?:file:\/\/)?\/[^\n()]*\.ts):(\d+):(\d+)\)?/g)];
  const importer = /imported from (\/.*\.ts)$/m.exec(text);
  const places: Place[] = [
    ...(parsed ? [{ file: toPath(parsed[1]), line: Number(parsed[2]) }] : []),
    ...frames.map(([, file, line, column]) => ({
      file: toPath(file),
      line: Number(line),
      column: Number(column),
    })),
    ...(importer ? [{ file: toPath(importer[1]), line: findImport(toPath(importer[1]), text) }] : []),
  ];
  return places.find(({ file }) => file.startsWith(`${program}/`));
}

function toPath(file = ""): string {
  return file.startsWith("file:") ? fileURLToPath(file) : file;
}

/** The line that imports the module which was not found. */
function findImport(file: string, text: string): number {
  const missing = /Cannot find (?:module|package) '(?:.*\/)?([^'/]+)'/.exec(text)?.[1] ?? "";
  const line = readLines(file).findIndex((one) => /\b(?:from|import)\b/.test(one) && one.includes(missing));
  return Math.max(1, line + 1);
}

/** `TypeError: x is undefined`: the sentence between its prefix and the stack. */
function readProblem(text: string): string {
  const sentence = /^(?:Uncaught )?\w*(?:Error|Exception)\b.*$/m.exec(text)?.[0] ?? text.split("\n")[0] ?? "";
  return sentence.replace(/ imported from .*$/, "").slice(0, 500);
}

function renderFrame({ file, line, column }: Place): string {
  const lines = readLines(file);
  const numbers = [line - 1, line, line + 1].filter((number) => number >= 1 && number <= lines.length);
  const width = String(line + 1).length;
  const shown = numbers.flatMap((number) => {
    const gutter = `${number === line ? ">" : " "} ${String(number).padStart(width)} | `;
    const mark =
      number === line && column !== undefined ? [`${" ".repeat(gutter.length + column - 1)}^`] : [];
    return [`${gutter}${lines[number - 1]}`, ...mark];
  });
  return shown.length === 0 ? "" : `\n${shown.join("\n")}`;
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}
