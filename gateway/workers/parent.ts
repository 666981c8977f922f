import { Channel } from "./channel.ts";
import { isWorker } from "./worker-variables.ts";

/** A worker's channel to its parent process; absent in a gateway without workers. */
export function connectToParent(): Channel | undefined {
  if (!isWorker() || process.send === undefined) return undefined;
  const channel = new Channel(process, {});
  // The channel must not keep a finished worker alive.
  process.channel?.unref();
  return channel;
}
