import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** One running process as /proc shows it. */
export interface ProcessView {
  readonly pid: number;
  readonly parent: number;
  /** Kernel's name of the process, at most 15 characters. */
  readonly name: string;
  readonly commandLine: string;
  readonly workingDirectory: string;
}

/** Every process that can currently be read; one that ends meanwhile is omitted. */
export function readProcesses(): readonly ProcessView[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => readProcess(Number(entry)))
    .filter((view) => view !== undefined);
}

function readProcess(pid: number): ProcessView | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const nameEnd = stat.lastIndexOf(")");
    const fields = stat.slice(nameEnd + 2).split(" ");
    // A zombie has ended; its parent has only not reaped it yet.
    if (fields[0] === "Z") return undefined;
    return {
      pid,
      parent: Number(fields[1]),
      name: stat.slice(stat.indexOf("(") + 1, nameEnd),
      commandLine: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim(),
      workingDirectory: readlinkSync(`/proc/${pid}/cwd`),
    };
  } catch {
    return undefined;
  }
}

/** The process and all its descendants. */
export function readDescendants(pid: number): readonly ProcessView[] {
  const all = readProcesses();
  const found = all.filter((view) => view.pid === pid);
  for (let index = 0; index < found.length; index += 1) {
    found.push(...all.filter((view) => view.parent === found[index]?.pid));
  }
  return found;
}

/** Processes that use a folder: as working directory or by a path in their command line. */
export function readProcessesOf(folder: string): readonly ProcessView[] {
  return readProcesses().filter(
    (view) =>
      view.pid !== process.pid &&
      (view.workingDirectory.startsWith(folder) || view.commandLine.includes(folder)),
  );
}

/** Listening TCP sockets of a loopback block such as `127.23`, as `address:port`. */
export function readListeners(network: string): readonly string[] {
  const listening = "0A";
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening)
    .map((fields) => parseSocket(fields[1] ?? ""))
    .filter((socket) => socket.startsWith(`${network}.`));
}

/** The kernel writes the address as one little-endian hexadecimal number. */
function parseSocket(text: string): string {
  const [address = "", port = ""] = text.split(":");
  const octets = (address.match(/../g) ?? []).reverse().map((octet) => Number.parseInt(octet, 16));
  return `${octets.join(".")}:${Number.parseInt(port, 16)}`;
}
