import { readTaskAddress } from "../task.ts";
import { Gathering } from "./gathering.ts";
import { listenForScrapes } from "./scrapes.ts";

/** For the parent process of `workers`: sums their metrics, and serves them on the metrics port. */
export async function gatherMetrics(workers: number): Promise<Gathering> {
  const gathering = new Gathering(workers);
  const port = readPort();
  const host = port === undefined ? "" : await readTaskAddress(process.env.HOST || undefined);
  await listenForScrapes({ host, port }, () => gathering.scrape());
  return gathering;
}

/** The workers' settings report an invalid value together with all others. */
function readPort(): number | undefined {
  const { METRICS_PORT: text = "", PORT: taken = "8080" } = process.env;
  const port = Number(text);
  return Number.isInteger(port) && port >= 1 && port <= 65_535 && port !== Number(taken) ? port : undefined;
}
