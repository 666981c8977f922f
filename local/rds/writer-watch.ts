import { setTimeout as elapse } from "node:timers/promises";
import type { DatabaseInstance } from "./instance.ts";

const checkEveryMs = 1000;
const responseLimitMs = 2000;
/** A busy machine may delay one response, hardly three in a row. */
const missesAllowed = 3;

/**
 * Watches the writer: a process that hangs keeps its connections without responding and without exiting. It is
 * killed, which starts the same recovery as any lost writer.
 *
 * @returns ends the watch
 */
export function watchWriter(writerNow: () => DatabaseInstance | undefined): () => void {
  const end = new AbortController();
  void (async () => {
    let misses = 0;
    let watched: number | undefined;
    while (!end.signal.aborted) {
      await elapse(checkEveryMs, undefined, { ref: false });
      const writer = writerNow();
      const process = writer?.process;
      if (!writer || !process) continue;
      if (process.pid !== watched) misses = 0;
      watched = process.pid;
      misses = (await responses(writer)) || writer.process !== process ? 0 : misses + 1;
      if (misses < missesAllowed || end.signal.aborted) continue;
      writer.region.log("database.writer-hung", { instance: writer.name, misses });
      process.kill("SIGKILL");
    }
  })();
  return () => end.abort();
}

async function responses(instance: DatabaseInstance): Promise<boolean> {
  const asked = instance.query("SELECT 1").then(
    () => true,
    () => false,
  );
  return await Promise.race([asked, elapse(responseLimitMs, false, { ref: false })]);
}
