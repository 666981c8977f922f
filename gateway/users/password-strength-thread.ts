import { parentPort, workerData } from "node:worker_threads";
import { findWeakness } from "./password-strength.ts";

/** What the thread is started with. */
export interface StrengthRequest {
  readonly password: string;
  readonly names: readonly string[];
}

// Elsewhere the module is only loaded, to be compiled.
if (parentPort !== null) {
  const { password, names } = workerData as StrengthRequest;
  parentPort.postMessage(findWeakness(password, names));
}
