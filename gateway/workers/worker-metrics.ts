import type { Family } from "../metrics/family.ts";
import type { TaskMetrics } from "../metrics/metrics.ts";
import type { Channel } from "./channel.ts";

/** Longer than the parent waits for the workers, in milliseconds. */
const scrapeMs = 2000;
/** Time that the parent has to take the last values, in milliseconds. */
const leaveMs = 500;

/** A worker's access to the metrics of the whole task, which its parent process collects. */
export function openTaskMetrics(parent: Channel, collect: () => readonly Family[]): TaskMetrics {
  parent.serve("collect", async () => ({ families: collect() }));
  void parent.call("ready", {}, scrapeMs);
  return {
    read: async () => (await parent.call("scrape", { families: collect() }, scrapeMs))?.text,
    leave: async () => {
      await parent.call("leave", { families: collect() }, leaveMs);
    },
  };
}
