import type { Lifecycle } from "../lifecycle.ts";
import { Channel } from "./channel.ts";
import { isWorker } from "./worker-variables.ts";

/**
 * A worker's channel to its parent process; absent in a gateway without workers. A worker whose parent process is
 * gone drains: nobody would forward a signal to it.
 */
export function connectToParent(lifecycle: Lifecycle): Channel | undefined {
  if (!isWorker() || process.send === undefined) return undefined;
  const channel = new Channel(process, {});
  process.once("disconnect", () => {
    // A second signal would end a draining worker immediately.
    if (lifecycle.state === "starting" || lifecycle.state === "serving") process.kill(process.pid, "SIGTERM");
  });
  // The channel must not keep a finished worker alive.
  process.channel?.unref();
  return channel;
}
