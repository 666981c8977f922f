import { parentPort, workerData } from "node:worker_threads";
import { findWeakness } from "./password-strength.ts";

/** Input of the thread. */
export interface StrengthRequest {
  readonly password: string;
  readonly names: readonly string[];
}

// In the main thread the module is only loaded for compilation.
if (parentPort !== null) {
  const { password, names } = workerData as StrengthRequest;
  parentPort.postMessage(findWeakness(password, names));
}
