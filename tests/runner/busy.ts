import { execa } from "execa";

/** Takes this many processors away until the run ends: what a test waits for then comes late. */
export function keepBusy(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > 64)
    throw new RangeError(`--busy is ${count}; it must be 1 to 64.`);
  for (let started = 0; started < count; started += 1) {
    const spinning = execa(process.execPath, ["-e", "for (;;);"], {
      // What is left of the tests is known by the variables that they pass on.
      extendEnv: false,
      stdio: "ignore",
      reject: false,
    });
    process.once("exit", () => spinning.kill("SIGKILL"));
  }
}
