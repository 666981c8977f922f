import { obtainMissing } from "../../tools/obtain.ts";
import type { PartName } from "../../tools/part.ts";

// Obtains the parts named on the command line, as a process of its own that a test can interrupt or kill.
// Prints each event as a line of JSON, and at last where the parts are or why not.
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort(new Error("interrupted")));
try {
  const { found } = await obtainMissing({
    parts: process.argv.slice(2) as PartName[],
    signal: stop.signal,
    observe: (event) => console.log(JSON.stringify(event)),
  });
  console.log(JSON.stringify({ kind: "ended", found }));
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  console.log(JSON.stringify({ kind: "ended", code, message }));
  process.exitCode = 3;
}
