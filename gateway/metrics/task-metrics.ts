import { readTaskAddress } from "../task.ts";
import { Gathering } from "./gathering.ts";
import { listenForScrapes } from "./scrapes.ts";

/** For the process that starts `workers`: adds up what they tell, and answers for them on the metrics' own port. */
export async function gatherMetrics(workers: number): Promise<Gathering> {
  const gathering = new Gathering(workers);
  const port = readPort();
  const host = port === undefined ? "" : await readTaskAddress(process.env.HOST || undefined);
  await listenForScrapes({ host, port }, () => gathering.scrape());
  return gathering;
}

/** A wrong value is reported with all others by the settings of the workers. */
function readPort(): number | undefined {
  const { METRICS_PORT: text = "", PORT: taken = "8080" } = process.env;
  const port = Number(text);
  return Number.isInteger(port) && port >= 1 && port <= 65_535 && port !== Number(taken) ? port : undefined;
}
