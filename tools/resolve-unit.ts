import { access } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ProbeMemory } from "./probe-memory.ts";
import { isExecutable, searchFolders } from "./search-path.ts";
import { tools } from "./table.ts";
import type { FoundTool, MissingTool, ToolName } from "./tool.ts";
import { isComplete, type Toolchain } from "./toolchain.ts";
import { accepts, renderRange } from "./version-range.ts";

/** Tools that must come from the same installation, the decisive one first. */
export type Unit = readonly [ToolName, ...ToolName[]];

type ResolvedUnit = { readonly found: readonly FoundTool[] } | { readonly missing: readonly MissingTool[] };

/** Searches PATH first, then the toolchain. */
export async function resolveUnit(
  unit: Unit,
  toolchain: Toolchain,
  memory: ProbeMemory,
): Promise<ResolvedUnit> {
  const refused: string[] = [];
  const found =
    (await findOnPath(unit, toolchain, memory, refused)) ??
    (await findObtained(unit, toolchain, memory, refused));
  if (found !== undefined) return { found };
  return { missing: unit.map((name) => ({ name, wanted: renderRange(tools[name].wanted), refused })) };
}

async function findOnPath(
  [leader, ...followers]: Unit,
  toolchain: Toolchain,
  memory: ProbeMemory,
  refused: string[],
): Promise<readonly FoundTool[] | undefined> {
  for (const command of await candidates(leader, toolchain)) {
    const version = await acceptVersion(leader, command, {}, memory, refused);
    if (version === undefined) continue;
    const companions = await Promise.all(
      followers.map(async (name) => [name, (await candidates(name, toolchain))[0]] as const),
    );
    const absent = companions.find(([, file]) => file === undefined);
    if (absent !== undefined) {
      refused.push(`${command} ${version} comes without ${absent[0]}`);
      continue;
    }
    const source = command.startsWith(toolchain.directory) ? "toolchain" : "path";
    return Promise.all(
      [[leader, command] as const, ...companions].map(([name, file]) =>
        describeTool({ name, command: file as string, environment: {}, version, source }),
      ),
    );
  }
  return undefined;
}

async function candidates(name: ToolName, toolchain: Toolchain): Promise<readonly string[]> {
  const files = await searchFolders(toolchain.searchFolders, tools[name].program);
  // The Node that runs this code is suitable, wherever it is.
  return name === "node" ? [process.execPath, ...files] : files;
}

async function findObtained(
  unit: Unit,
  toolchain: Toolchain,
  memory: ProbeMemory,
  refused: string[],
): Promise<readonly FoundTool[] | undefined> {
  const { bundle } = tools[unit[0]];
  if (!(await isComplete(toolchain, bundle))) return undefined;
  return findUnpacked(unit, join(toolchain.directory, bundle), memory, refused);
}

/**
 * The tools of a unit in the folder of its bundle; undefined, with reasons in `refused`, when one is unsuitable.
 */
export async function findUnpacked(
  unit: Unit,
  folder: string,
  memory: ProbeMemory,
  refused: string[],
): Promise<readonly FoundTool[] | undefined> {
  const environment = tools[unit[0]].bundle === "debian" ? debianEnvironment(folder) : {};
  const commands = unit.map((name) => join(folder, tools[name].unpacked));
  for (const command of commands) {
    if (await isExecutable(command)) continue;
    refused.push(`${command} is not there`);
    return undefined;
  }
  const version = await acceptVersion(unit[0], commands[0] as string, environment, memory, refused);
  if (version === undefined) return undefined;
  return Promise.all(
    unit.map((name, index) =>
      describeTool({ name, command: commands[index] as string, environment, version, source: "toolchain" }),
    ),
  );
}

async function acceptVersion(
  name: ToolName,
  command: string,
  environment: Readonly<Record<string, string>>,
  memory: ProbeMemory,
  refused: string[],
): Promise<string | undefined> {
  const { probe, wanted } = tools[name];
  // The engine's SDK takes a folder and expects `bin/pulumi` in it.
  if (name === "pulumi" && basename(dirname(command)) !== "bin") {
    refused.push(`${command} is not in a folder called bin`);
    return undefined;
  }
  const version = await memory
    .ask(probe as NonNullable<typeof probe>, command, environment)
    .catch(() => undefined);
  if (version !== undefined && accepts(wanted, version)) return version;
  refused.push(
    version === undefined ? `${command} does not run or prints no version` : `${command} is ${version}`,
  );
  return undefined;
}

async function describeTool(tool: FoundTool): Promise<FoundTool> {
  const { share } = tools[tool.name];
  const prefix = dirname(dirname(tool.command));
  for (const folder of share?.folders ?? []) {
    if (await isReadable(join(prefix, folder, share?.marker ?? "")))
      return { ...tool, share: join(prefix, folder) };
  }
  return tool;
}

/** Debian's programs search for their libraries in the system's folders only. */
function debianEnvironment(folder: string): Readonly<Record<string, string>> {
  const triplet = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  return { LD_LIBRARY_PATH: [join(folder, "usr/lib", triplet), join(folder, "lib", triplet)].join(":") };
}

async function isReadable(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
