import { resolve } from "node:path";
import { runWorkers } from "../../../gateway/workers/run-workers.ts";

// Starts a worker from an executable that does not exist at first; the worker waits for a signal without listening.
const { execPath } = process;
process.execPath = "/nonexistent/node";
setTimeout(() => {
  process.execPath = execPath;
}, 200);
await runWorkers(resolve(import.meta.dirname, "waiting-worker.ts"), 1);
