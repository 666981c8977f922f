import { execa } from "execa";

/** Keeps this many processors busy until the run ends: conditions that a test waits for then come late. */
export function keepBusy(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > 64)
    throw new RangeError(`--busy is ${count}; it must be 1 to 64.`);
  for (let started = 0; started < count; started += 1) {
    const spinning = execa(process.execPath, ["-e", "for (;;);"], {
      // Leftovers of the tests are identified by the variables that they pass on.
      extendEnv: false,
      stdio: "ignore",
      reject: false,
    });
    process.once("exit", () => spinning.kill("SIGKILL"));
  }
}
