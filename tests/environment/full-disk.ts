import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { findHome } from "../../cli/home.ts";
import { findLeftovers } from "../cli/left-over.ts";
import { runCommandLine, startCommandLine } from "../cli/started-command.ts";

/**
 * An environment's life cycle on a disk that fills up, run by full-disk.test.ts with the home on a separate file
 * system. Prints one JSON object. Usage: node full-disk.ts HOME NAME
 */
const [directory = "", name = ""] = process.argv.slice(2);

/** Another program that consumes all free space, to the last byte, until it is stopped. */
class Filler {
  readonly #file = openSync(join(directory, "filler"), "w");
  #timer: NodeJS.Timeout | undefined;

  start(until: () => boolean): void {
    this.#fill();
    this.#timer = setInterval(() => (until() ? this.stop() : this.#fill()), 5);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #fill(): void {
    for (let size = 1 << 20; size >= 1; size >>= 1) {
      const chunk = Buffer.alloc(size, 1);
      try {
        for (;;) if (writeSync(this.#file, chunk) < size) break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      }
    }
  }
}

/** Whether not even a file of one byte can be written. */
function isFull(): boolean {
  try {
    const descriptor = openSync(join(directory, "probe"), "w");
    try {
      writeSync(descriptor, "x");
      return false;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOSPC";
  }
}

async function runJson(...words: readonly string[]) {
  const { code, stdout, stderr } = await runCommandLine(directory, ...words, "--json");
  return { code, stderr, ...JSON.parse(stdout) };
}

const up = await runJson("up", name);
const filler = new Filler();
// The teardown frees the space of the environment's files.
filler.start(() => !existsSync(join(directory, "environments", name)));
const full = isFull();
const refused = await runJson("up", name);
const killed = startCommandLine(directory, "down", name);
await killed.says("close the ingress …");
killed.process.kill("SIGKILL");
await killed.ended;
const down = await runJson("down", name);
filler.stop();
const left = findLeftovers(findHome({ DMM_ENV_HOME: directory }));
console.log(JSON.stringify({ up, full, refused, down, left }));
